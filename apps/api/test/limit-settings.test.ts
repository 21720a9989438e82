import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { defaultLimits, limitNames, limitVariable } from '../src/limits/limits.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const secrets = () => ({ accessSecret: 'a', refreshSecret: 'b' })

it('the table of limits is what the code has, with the same numbers', () => {
  const rows = [...read('docs/sign-in-limits.md').matchAll(/^\| `(LIMIT_\w+)` +\| (\S+)/gm)]
  expect(rows.map(([, variable]) => variable)).toEqual(limitNames.map(limitVariable))
  const documented = Object.fromEntries(rows.map(([, variable, value]) => [variable, value]))
  expect(readConfig(documented, secrets).rateLimits).toEqual(defaultLimits)
})

it('.env.example sets every limit to what it is without it', () => {
  const lines = [...read('.env.example').matchAll(/^(LIMIT_\w+)=(.*)$/gm)]
  expect(lines.map(([, variable]) => variable)).toEqual(limitNames.map(limitVariable))
  const example = Object.fromEntries(lines.map(([, variable, value]) => [variable, value]))
  expect(readConfig(example, secrets).rateLimits).toEqual(defaultLimits)
})

it('docker compose passes every limit on', () => {
  const passed = [...read('docker-compose.yml').matchAll(/^ +(LIMIT_\w+): \$\{\1:-\}$/gm)]
  expect(passed.map(([, variable]) => variable)).toEqual(limitNames.map(limitVariable))
})
