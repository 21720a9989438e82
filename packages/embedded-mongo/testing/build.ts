import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The server and its command line as they are built for a run of tests. */
export interface ServerBuild {
  folder: string
  /** Once more, from the sources as they are now. */
  again(): Promise<void>
  remove(): Promise<void>
}

/** From source, a server takes five times as long to start. */
export async function buildServer(): Promise<ServerBuild> {
  // Where Node finds the package's packages.
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'server-for-tests-'))
  const again = async (): Promise<void> => {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      build: {
        ssr: true,
        target: 'node20',
        outDir: folder,
        emptyOutDir: true,
        sourcemap: true,
        rolldownOptions: {
          input: { cli: 'src/cli.ts', 'embedded-mongo-worker': 'src/embedded-mongo-worker.js' },
          output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
        },
      },
    })
  }
  await again()
  return { folder, again, remove: () => rm(folder, { recursive: true }) }
}
