import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'vite'

/** Has `src/prerender.tsx` make what the server puts into the page, so that it is shown before its scripts are there. */
export function prerenderPlugin(): Plugin {
  let root = ''
  return {
    name: 'prerender',
    apply: 'build',
    configResolved(config) {
      root = config.root
    },
    async generateBundle() {
      const outDir = join(root, 'node_modules/.cache/prerender')
      await build({
        root,
        configFile: false,
        logLevel: 'warn',
        build: { ssr: 'src/prerender.tsx', outDir, emptyOutDir: true },
      })
      const { prerender } = await import(pathToFileURL(join(outDir, 'prerender.js')).href)
      // For the server; the folder's name keeps it from being served.
      this.emitFile({
        type: 'asset',
        fileName: '.vite/prerendered.json',
        source: JSON.stringify(await prerender()),
      })
    },
  }
}
