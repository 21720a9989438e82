import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type InlineConfig } from 'vite'

/** What a run of tests has built for itself. */
export interface BuildForTests {
  folder: string
  /** Once more, from the sources as they are now. */
  again(): Promise<void>
  remove(): Promise<void>
}

/** Builds a workspace once for tests that start processes and threads: from source they take several times as long to start. */
export async function buildForTests(root: string, config: InlineConfig = {}): Promise<BuildForTests> {
  // Where Node finds the workspace's packages.
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'for-tests-'))
  const again = async (): Promise<void> => {
    const output = { ...config.build, outDir: folder }
    await build({ ...config, root, logLevel: 'warn', build: output })
  }
  await again()
  return { folder, again, remove: () => rm(folder, { recursive: true }) }
}
