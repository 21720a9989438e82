// `pnpm start`: builds both apps, unless what lies in their `dist` was built from what is here now. Then this process becomes
// the API.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fingerprint } from './fingerprint.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const lastBuild = join(root, 'node_modules/.cache/latchkey-build')
const sources = [
  'apps',
  'packages',
  'package.json',
  'pnpm-workspace.yaml',
  'tsconfig.base.json',
  // What is installed, and what should be.
  'node_modules/.pnpm/lock.yaml',
  'pnpm-lock.yaml',
]
const outputs = ['apps/api/dist', 'apps/web/dist']

// Taken before the build, so that what is changed meanwhile is built the next time.
const from = [process.version, process.env.NODE_ENV, fingerprint(root, sources)].join(' ')
if (readLastBuild() !== `${from} ${fingerprint(root, outputs)}`) {
  const { status, error } = spawnSync('pnpm build', { cwd: root, shell: true, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
  noteBuild(`${from} ${fingerprint(root, outputs)}`)
}
await import('./api/dist/main.js')

function readLastBuild() {
  try {
    return readFileSync(lastBuild, 'utf8')
  } catch {
    return null
  }
}

/** @param {string} build */
function noteBuild(build) {
  try {
    mkdirSync(dirname(lastBuild), { recursive: true })
    writeFileSync(lastBuild, build)
  } catch {
    // Then the next start builds again.
  }
}
