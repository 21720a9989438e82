import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'

/** `sign-in` for apps/api/src/sign-in/password.ts, `sessions` for the package; entries are files of their own. */
function folderOf(id: string): string | null {
  if (/\/node_modules\/zod\//.test(id)) return 'zod'
  // Read before everything else is loaded.
  if (/\/api\/src\/(?:environment|root|source-places)\.ts$/.test(id)) return 'environment'
  // Says the version, and is read there alone.
  if (id.endsWith('/package.json')) return 'api-docs'
  const [, workspace, folder] = /\/(?:apps|packages)\/([\w-]+)\/src\/(?:([\w-]+)\/)?/.exec(id) ?? []
  if (
    !workspace ||
    /\/api\/src\/(?:commands\/(?:latchkey|make-admin|reset-factors|make-keys)|main)\.ts|worker\.[jt]s$/.test(
      id,
    )
  )
    return null
  // Only its thread runs the database. Whoever starts that thread would load all of it, and its libraries, for nothing.
  if (workspace === 'embedded-mongo' && !/\/src\/(?:index|access\/private-files)\.ts$/.test(id))
    return 'embedded-mongo-server'
  return workspace === 'api' ? (folder ?? 'api') : workspace
}

// One build of the server: workspace packages go in, npm packages stay outside, all but one. Workers are files of their own.
export default defineConfig({
  plugins: [
    besideTheBuild({
      'common-passwords.txt.br': 'src/sign-in/common-passwords.txt.br',
      'common-passwords.license.txt': 'src/sign-in/common-passwords.license.txt',
      'try-it.js': 'src/api-docs/try-it.js',
      'try-it.css': 'src/api-docs/try-it.css',
      // What is loaded of a package of twelve megabytes, which need not be there where the build runs.
      'swagger-ui-bundle.js': 'node_modules/swagger-ui-dist/swagger-ui-bundle.js',
      'swagger-ui-bundle.js.LICENSE.txt': 'node_modules/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt',
      'swagger-ui.css': 'node_modules/swagger-ui-dist/swagger-ui.css',
      'swagger-ui.license.txt': 'node_modules/swagger-ui-dist/LICENSE',
      'swagger-ui.notice.txt': 'node_modules/swagger-ui-dist/NOTICE',
      'zod.license.txt': 'node_modules/zod/LICENSE',
    }),
  ],
  // Most of it is never used: its two flavours, and error messages in fifty languages.
  ssr: { noExternal: ['zod'] },
  build: {
    ssr: true,
    target: 'node20',
    sourcemap: true,
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        main: 'src/main.ts',
        latchkey: 'src/commands/latchkey.ts',
        'make-admin': 'src/commands/make-admin.ts',
        'reset-factors': 'src/commands/reset-factors.ts',
        'make-keys': 'src/commands/make-keys.ts',
        'password-worker': 'src/sign-in/password-worker.js',
        'embedded-mongo-worker': '../../packages/embedded-mongo/src/embedded-mongo-worker.js',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        // The places suffice.
        sourcemapExcludeSources: true,
        // The folders and the files beside them (`guards.ts`, `config.ts`) import each other, files never do: each
        // still runs first.
        strictExecutionOrder: true,
        // One file for each folder, so that a stack trace says where it points even without its source map.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: folderOf, debugName: 'folder' }],
        },
      },
    },
  },
})

/** Files that are read at run time, by the name under which they stand where the code that reads them stands. */
function besideTheBuild(files: Record<string, string>): Plugin {
  return {
    name: 'beside-the-build',
    generateBundle() {
      for (const [fileName, file] of Object.entries(files))
        this.emitFile({ type: 'asset', fileName, source: readFileSync(new URL(file, import.meta.url)) })
    },
  }
}
