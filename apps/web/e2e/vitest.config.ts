import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// The built product in a real browser. One test at a time: the machine is measured, too.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    name: 'e2e',
    include: ['**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
