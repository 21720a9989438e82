import { defineConfig } from 'vitest/config'

// Apart from the other tests: it builds a product out of the present code and tries that (docs/build-on-it.md).
export default defineConfig({
  test: {
    include: ['examples/invoices/product.check.ts'],
    environment: 'node',
    // A minute on two idle cores; a busy machine is slow, not wrong.
    testTimeout: 600_000,
    hookTimeout: 60_000,
    maxConcurrency: 2,
  },
})
