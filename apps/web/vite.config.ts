import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { brandPlugin } from './build/brand-plugin.ts'
import { importPlugin } from './build/import-plugin.ts'
import { prerenderPlugin } from './build/prerender-plugin.ts'

const api = process.env.API_URL ?? 'http://localhost:4000'

export default defineConfig({
  plugins: [react(), brandPlugin(), importPlugin(), prerenderPlugin()],
  server: {
    port: 5173,
    strictPort: true,
    // Not the mailbox: the link that the API prints leads to the API.
    proxy: { '/api': api, '/.well-known': api },
  },
  build: {
    target: 'es2022',
    // What belongs to which page, for the test of their size.
    manifest: true,
    sourcemap: true,
    // The page's Content-Security-Policy has no `data:`.
    assetsInlineLimit: 0,
    // What the page cannot begin without, in one script and one style sheet: in a dozen it weighs 2 kB more.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', tags: ['$initial'] }] } } },
  },
})
