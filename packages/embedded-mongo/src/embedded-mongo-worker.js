// The worker's entry is JavaScript: Node 20 runs no TypeScript, and in a build this file becomes
// `embedded-mongo-worker.js` beside whatever starts it.
import { existsSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

// Beside its TypeScript it runs from source, and needs tsx unless this Node.js reads TypeScript by itself.
const fromSource = existsSync(new URL('./worker.ts', import.meta.url))
if (fromSource && !('typescript' in process.features && process.features.typescript)) {
  // Named indirectly, so that no bundler takes it along.
  const loader = 'tsx/esm/api'
  const { register } = await import(/* @vite-ignore */ loader)
  register()
}

const { runWorker } = await import('./worker.ts')
if (parentPort) await runWorker(parentPort, workerData)
