import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'

/** `sign-in` for apps/api/src/sign-in/password.ts, `sessions` for the package; entries are files of their own. */
function folderOf(id: string): string | null {
  const [, workspace, folder] = /\/(?:apps|packages)\/([\w-]+)\/src\/(?:([\w-]+)\/)?/.exec(id) ?? []
  if (
    !workspace ||
    /\/api\/src\/(?:commands\/(?:latchkey|make-admin|reset-factors|make-keys)|main)\.ts|worker\.[jt]s$/.test(
      id,
    )
  )
    return null
  return workspace === 'api' ? (folder ?? 'api') : workspace
}

// One build of the server: workspace packages go in, npm packages stay outside. Workers are files of their own.
export default defineConfig({
  plugins: [
    besideTheBuild('src/sign-in/common-passwords.txt.br', 'src/sign-in/common-passwords.license.txt'),
  ],
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

/** Files that are read at run time, and stand where the code that reads them stands. */
function besideTheBuild(...files: string[]): Plugin {
  return {
    name: 'beside-the-build',
    generateBundle() {
      for (const file of files)
        this.emitFile({
          type: 'asset',
          fileName: file.replace(/^.*\//, ''),
          source: readFileSync(new URL(file, import.meta.url)),
        })
    },
  }
}
