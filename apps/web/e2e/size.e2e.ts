import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

interface Chunk {
  file: string
  imports?: string[]
}

const dist = new URL('../dist/', import.meta.url)
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

/** The scripts that these entries need before they can run. */
function scriptsOf(entries: string[]): Set<string> {
  const files = new Set<string>()
  for (const entry of entries) {
    const chunk = manifest[entry]
    if (!chunk) throw new Error(`${entry} is not in the manifest`)
    files.add(chunk.file)
    for (const file of scriptsOf(chunk.imports ?? [])) files.add(file)
  }
  return files
}

const gzipped = (file: string) => gzipSync(readFileSync(new URL(file, dist))).length

it.each([
  // Comes with the entrance.
  ['login', [], 95],
  ['login in German', ['src/words/de/first.ts'], 95],
  ['register', ['src/features/auth/register-page.tsx'], 98],
])('the page of %s works after limited JavaScript', (page, parts, limit) => {
  const sizes = [...scriptsOf(['index.html', ...parts])].map(gzipped)
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000
  console.log(`JavaScript before ${page} works: ${kilobytes.toFixed(1)} kB gzipped`)
  expect(kilobytes).toBeLessThanOrEqual(limit)
})
