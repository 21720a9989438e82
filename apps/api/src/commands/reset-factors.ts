import { runAsProcess } from './run.ts'

/** What `latchkey users reset-factors` was called before there was a command line. It never asked. */
await runAsProcess('users', 'reset-factors', '--yes')
