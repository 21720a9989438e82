import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// The packages as strangers get them. Most of the time is spent installing.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    name: 'packages',
    include: ['suite/**/*.test.ts'],
    globalSetup: ['suite/support/world.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
