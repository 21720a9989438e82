import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the API as it is built for this run. */
    apiBuild: string
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the API once for the tests that start processes: from source each would take three times as long to start. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Where Node finds the API's packages.
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const outDir = await mkdtemp(join(cache, 'api-for-tests-'))
  const make = async () => void (await build({ root, logLevel: 'warn', build: { outDir } }))
  await make()
  project.onTestsRerun(make)
  project.provide('apiBuild', outDir)
  return () => rm(outDir, { recursive: true })
}
