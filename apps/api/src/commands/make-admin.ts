import { runAsProcess } from './run.ts'

/** What `latchkey users make-admin` was called before there was a command line. */
await runAsProcess('users', 'make-admin')
