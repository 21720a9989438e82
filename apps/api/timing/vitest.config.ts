import { defineConfig } from 'vitest/config'

// Not part of the test suite: it measures, and wants a quiet machine. `pnpm --filter @latchkey/api timing`
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['timing/*.test.ts'],
    globalSetup: ['../../packages/embedded-mongo/testing/global-setup.ts'],
    testTimeout: 600_000,
  },
})
