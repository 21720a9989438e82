import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Each file has a database of its own, so files share a process: starting one costs more than most of them take.
// Limits of time are for what hangs: a busy machine is slow, not wrong.
const shared = {
  isolate: false,
  pool: 'forks',
  maxConcurrency: 10,
  testTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
} as const

// `node`: everything that talks to a database or to nothing at all; `web`: components in jsdom;
// `examples`: applications built on the packages.
export default defineConfig({
  test: {
    // Much of the time is spent waiting for others, so that three are never too many.
    maxWorkers: Math.max(3, availableParallelism()),
    slowTestThreshold: 5000,
    projects: [
      {
        test: {
          ...shared,
          name: 'node',
          environment: 'node',
          include: ['packages/*/{src,test}/**/*.test.ts', 'apps/api/{src,test}/**/*.test.ts'],
          globalSetup: ['packages/embedded-mongo/testing/global-setup.ts', 'apps/api/test/support/build.ts'],
          setupFiles: ['apps/api/test/support/answers.setup.ts'],
          hookTimeout: 120_000,
        },
      },
      {
        // What is built on it; by themselves, for they replace whole packages.
        test: {
          ...shared,
          isolate: true,
          name: 'examples',
          environment: 'node',
          include: ['examples/*/test/**/*.test.ts'],
          globalSetup: ['packages/embedded-mongo/testing/global-setup.ts'],
        },
      },
      {
        extends: 'apps/web/vite.config.ts',
        test: {
          ...shared,
          name: 'web',
          environment: 'jsdom',
          include: ['apps/web/src/**/*.test.{ts,tsx}', 'packages/react/test/**/*.test.tsx'],
          setupFiles: ['apps/web/test/setup.ts'],
        },
      },
    ],
  },
})
