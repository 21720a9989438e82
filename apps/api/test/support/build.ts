import { fileURLToPath } from 'node:url'
import { buildForTests } from '@latchkey/embedded-mongo/testing/build'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the API as it is built for this run. */
    apiBuild: string
  }
}

/** Builds the API once for the tests that start processes. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = await buildForTests(fileURLToPath(new URL('../..', import.meta.url)))
  project.onTestsRerun(built.again)
  project.provide('apiBuild', built.folder)
  return built.remove
}
