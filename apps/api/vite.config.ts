import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'

// One build of the server: workspace packages go in, npm packages stay outside. Workers are files of their own.
export default defineConfig({
  plugins: [besideTheBuild('src/auth/common-passwords.txt.br', 'src/auth/common-passwords.license.txt')],
  build: {
    ssr: true,
    target: 'node20',
    sourcemap: true,
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        main: 'src/main.ts',
        'make-admin': 'src/make-admin.ts',
        'make-keys': 'src/make-keys.ts',
        'password-worker': 'src/auth/password-worker.js',
        'embedded-mongo-worker': '../../packages/embedded-mongo/src/embedded-mongo-worker.js',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
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
