// The mutation check: every rule of the refresh protocol is broken once, and a property must notice; and every rule of second
// factors, passkeys and step-up, where the test that is named must notice.
//
//   npx vitest run --config apps/api/test/protocol/mutations/vitest.config.ts
//
// mutations.check.ts runs vitest once more for each mutant, with this same configuration and PROTOCOL_MUTANT set: then
// the source is changed on its way into the process, never on disk.

import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'
import { factorMutants } from './factor-mutants.ts'
import { mutants, mutated, pathOf } from './mutants.ts'

const name = process.env.PROTOCOL_MUTANT

const noticedIn = factorMutants.find((each) => each.name === name)?.file ?? 'protocol/*.test.ts'
const tests = {
  include: [`apps/api/test/${noticedIn}`],
  globalSetup: ['packages/embedded-mongo/testing/global-setup.ts'],
  bail: 1,
  // Two run side by side, and a wait that was too short is no verdict.
  testTimeout: 30_000,
}
const check = { include: ['apps/api/test/protocol/mutations/mutations.check.ts'], maxConcurrency: 2 }

export default defineConfig({
  root: fileURLToPath(new URL('../../../../..', import.meta.url)),
  plugins: name ? [breaking(name)] : [], // '': nothing is broken
  test: name === undefined ? check : tests,
})

function breaking(name: string): Plugin {
  const mutant = [...mutants, ...factorMutants].find((each) => each.name === name)
  if (!mutant) throw new Error(`There is no mutant "${name}".`)
  const files = new Map(mutant.edits.map(({ file }) => [pathOf(file), file]))
  return {
    name: 'break-one-rule',
    enforce: 'pre',
    transform(code, id) {
      const file = files.get(id)
      return file === undefined ? null : mutated(mutant, file, code)
    },
  }
}
