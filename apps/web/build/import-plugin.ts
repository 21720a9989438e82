import { join } from 'node:path'
import type { Plugin } from 'vite'

/** Puts `src/app/import-once-there.ts` around each `import()` of the page, in the place of Vite's own helper. */
export function importPlugin(): Plugin {
  let root = ''
  return {
    name: 'import-once-there',
    apply: 'build',
    enforce: 'pre',
    config: () => ({
      build: {
        modulePreload: {
          polyfill: false,
          // Vite names none where a module needs no other.
          resolveDependencies: (file, needed, { hostType }) =>
            hostType === 'js' ? [...new Set([file, ...needed])] : needed,
        },
      },
    }),
    configResolved(config) {
      root = config.root
      if (!config.base.startsWith('/')) throw new Error('The page needs a base that begins with a slash.')
    },
    load: {
      filter: { id: /^\0vite\/preload-helper\.js$/ },
      handler: () =>
        `export { importOnceThere as __vitePreload } from ${JSON.stringify(join(root, 'src/app/import-once-there.ts'))}`,
    },
  }
}
