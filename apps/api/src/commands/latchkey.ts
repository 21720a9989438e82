import { setFlagsFromString } from 'node:v8'

// Before anything is loaded. Else the heap grows while the machine has room, whatever is needed, and an import runs long.
for (const flag of ['--optimize-for-size', '--semi-space-growth-factor=1']) setFlagsFromString(flag)

/** The command line (docs/command-line.md). */
const { runAsProcess } = await import('./run.ts')
await runAsProcess()
