// `pnpm start`: builds both apps, unless what lies in their `dist` was built from what is here now. Then this process becomes
// the API.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fingerprint } from './fingerprint.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const lastBuild = join(root, 'node_modules/.cache/latchkey-build')
// What is installed is named in the lockfile.
const sources = [
  'apps',
  'packages',
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'tsconfig.base.json',
]
const outputs = ['apps/api/dist', 'apps/web/dist']

const from = `${process.version} ${fingerprint(root, sources)}`
if (readLastBuild() !== `${from} ${fingerprint(root, outputs)}`) {
  const { status } = spawnSync('pnpm build', { cwd: root, shell: true, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  mkdirSync(dirname(lastBuild), { recursive: true })
  writeFileSync(lastBuild, `${from} ${fingerprint(root, outputs)}`)
}
await import('./api/dist/main.js')

function readLastBuild() {
  try {
    return readFileSync(lastBuild, 'utf8')
  } catch {
    return null
  }
}
