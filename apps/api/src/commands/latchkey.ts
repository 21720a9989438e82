import { runAsProcess } from './run.ts'

/** The command line (docs/command-line.md). */
await runAsProcess()
