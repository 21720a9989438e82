import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { factorMutants } from './factor-mutants.ts'
import { checkApplies, mutants } from './mutants.ts'

interface Report {
  testResults: {
    message: string
    assertionResults: { title: string; status: string; failureMessages: string[] }[]
  }[]
}

const config = fileURLToPath(new URL('./vitest.config.ts', import.meta.url))
const vitest = join(fileURLToPath(import.meta.resolve('vitest/package.json')), '..', 'vitest.mjs')
const timeout = 1_200_000

/** Runs the tests whose names match against the source with one rule broken; '' breaks none. */
async function verdicts(name: string, tests: string) {
  const args = ['run', '--config', config, '--reporter=json', '--testNamePattern', tests]
  const child = spawn(process.execPath, [vitest, ...args], {
    env: {
      PATH: process.env.PATH,
      ...(process.env.MONGO_URI && { MONGO_URI: process.env.MONGO_URI }),
      // More histories than the tests play by themselves: most mutants are noticed by one of the first.
      PROTOCOL_RUNS: process.env.PROTOCOL_RUNS ?? '60',
      PROTOCOL_SEED: process.env.PROTOCOL_SEED ?? '20260401',
      PROTOCOL_MUTANT: name,
      PROTOCOL_SHRINK: 'no',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  await new Promise((done) => child.on('exit', done))
  const start = output.indexOf('{"numTotalTestSuites"')
  if (start < 0) throw new Error(`vitest gave no report:\n${output}\n${errors}`)
  const report: Report = JSON.parse(output.slice(start))
  const results = report.testResults.flatMap((file) => file.assertionResults)
  return {
    passed: results.filter(({ status }) => status === 'passed').length,
    failures: results.filter(({ status }) => status === 'failed').flatMap((each) => each.failureMessages),
    broken: report.testResults.map(({ message }) => message).join('\n'),
  }
}

it('the protocol as it is passes every property', { timeout }, async () => {
  const { passed, failures } = await verdicts('', '^I')
  expect(failures).toEqual([])
  expect(passed).toBeGreaterThanOrEqual(5)
})

describe.concurrent('a property notices that', () => {
  it.for(mutants)('$name ($breaks)', { timeout }, async (mutant, { annotate }) => {
    checkApplies(mutant)
    const { failures, broken } = await verdicts(mutant.name, `^${mutant.breaks}:`)
    // Only a broken invariant counts: not an import that fails, not a history that took too long.
    const found = failures.map((message) => /Got BrokenInvariant: (I[1-6]: .*)/.exec(message)?.[1])
    expect(found, `${broken}\n${failures.join('\n')}`).toEqual([expect.stringMatching(/^I[1-6]: /)])
    await annotate(found[0] ?? '')
  })
})

describe.concurrent('a test notices that', () => {
  it.for(factorMutants)('$name', { timeout }, async (mutant) => {
    checkApplies(mutant)
    const { failures, broken } = await verdicts(
      mutant.name,
      mutant.test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    // It has to see something else than it expects: an import that fails, and a wait that has no end, do not count.
    const seen = failures.filter((message) =>
      /^(?:AssertionError:|Error: (?:expected|\w+ answered) )|Got BrokenInvariant: I7/.test(message),
    )
    expect(seen, `${broken}\n${failures.join('\n')}`).not.toEqual([])
  })
})
