#!/usr/bin/env node
// The sources are TypeScript, which Node.js before 22.18 runs only through tsx.
if (!('typescript' in process.features && process.features.typescript)) {
  const { register } = await import('tsx/esm/api')
  register()
}
await import('../src/cli.ts')
