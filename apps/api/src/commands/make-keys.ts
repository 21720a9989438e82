import { runAsProcess } from './run.ts'

/** What `latchkey keys make` was called before there was a command line. */
await runAsProcess('keys', 'make')
