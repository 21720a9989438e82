import { defineConfig } from 'vite'

// One build of the server: workspace packages go in, npm packages stay outside. Workers are files of their own.
export default defineConfig({
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
