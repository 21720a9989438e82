// The worker's entry is JavaScript because Node 20 does not run TypeScript. A build keeps its name and puts it beside
// the file that starts it.
import { existsSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

// From source it needs tsx, unless this Node.js runs TypeScript itself.
const fromSource = existsSync(new URL('./worker.ts', import.meta.url))
if (fromSource && !('typescript' in process.features && process.features.typescript)) {
  // In a variable, so that bundlers leave it out.
  const loader = 'tsx/esm/api'
  const { register } = await import(/* @vite-ignore */ loader)
  register()
}

const { runWorker } = await import('./worker.ts')
if (parentPort) await runWorker(parentPort)
