import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  server: {
    port: 5173,
    strictPort: true,
    proxy: { '/api': process.env.API_URL ?? 'http://localhost:4000' },
  },
  build: {
    target: 'es2022',
    // What belongs to which page, for the test of their size.
    manifest: true,
    sourcemap: true,
    // The page's Content-Security-Policy has no `data:`.
    assetsInlineLimit: 0,
  },
})
