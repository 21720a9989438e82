import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { expect, it } from 'vitest'
import { apiForTest } from './support/api.ts'
import { enrolled, factorStep, ticketOf } from './support/authenticator.ts'
import { movableClock } from './support/clock.ts'
import { protectedWith, refresh, registered } from './support/people.ts'
import { temporaryFolder } from './support/process.ts'
import { latchkey } from './support/terminal.ts'

const before = {
  JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
  JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
  FACTOR_SECRET: 'Nn4Bb7Vv1Cc8Xx5Zz2Ll9Kk6Jj3Hh0Gg4Ff7Dd1SsAA',
}

/** A file of settings, and commands that change it, at the time of a clock. */
function settingsFile(settings: Record<string, string> = before) {
  const path = join(temporaryFolder(), '.env')
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  writeFileSync(path, `# Ours.\n${lines.join('\n')}\nPORT=4001 # behind nginx\n`, { mode: 0o640 })
  const clock = movableClock()
  const api = { current: null as Parameters<typeof latchkey>[0] }
  const said: string[] = []
  return {
    path,
    clock,
    api,
    said,
    text: () => readFileSync(path, 'utf8'),
    read: () => parse(readFileSync(path)) as Record<string, string>,
    async keys(...words: string[]) {
      const outcome = await latchkey(api.current, ['keys', ...words, '--file', path], { clock })
      said.push(outcome.stdout, outcome.stderr)
      return outcome
    },
  }
}

it('a key is changed without signing anybody out, and nothing of it is shown', async () => {
  const file = settingsFile()
  const first = await apiForTest({ environment: file.read() })
  const person = await registered(first)
  for (const key of ['access', 'refresh']) expect((await file.keys('rotate', key)).status).toBe(0)
  const { JWT_ACCESS_SECRET, JWT_ACCESS_SECRET_PREVIOUS, JWT_REFRESH_SECRET_PREVIOUS } = file.read()
  expect([JWT_ACCESS_SECRET_PREVIOUS, JWT_REFRESH_SECRET_PREVIOUS]).toEqual([
    before.JWT_ACCESS_SECRET,
    before.JWT_REFRESH_SECRET,
  ])
  expect(JWT_ACCESS_SECRET).not.toBe(before.JWT_ACCESS_SECRET)
  expect(file.text()).toMatch(/^# Ours\.\n[\s\S]*\nPORT=4001 # behind nginx\n/)

  const next = await apiForTest({ environment: file.read(), mongoUri: first.mongoUri, clock: first.clock })
  await protectedWith(next, person.body.accessToken).expect(200)
  expect((await refresh(next, person.jar)).status).toBe(200)
  for (const key of Object.values(file.read()).filter((value) => value.length > 20))
    expect(file.said.join('')).not.toContain(key)
})

it('a former key goes when its time is over; the refresh secret still opens secrets of apps', async () => {
  const file = settingsFile()
  await file.keys('rotate', 'access')
  await file.keys('rotate', 'refresh')
  const early = await file.keys('retire', 'access')
  expect([early.status, early.stderr]).toEqual([
    2,
    expect.stringMatching(/^Until .* UTC there may be access/),
  ])
  expect(file.read().JWT_ACCESS_SECRET_PREVIOUS).toBe(before.JWT_ACCESS_SECRET)
  file.clock.advance(901)
  expect((await file.keys('retire', 'access')).status).toBe(0)
  expect(file.read().JWT_ACCESS_SECRET_PREVIOUS).toBe('')
  expect((await file.keys('retire', 'access')).status).toBe(1)

  file.clock.advance(13 * 86_400)
  expect((await file.keys('retire', 'refresh')).status).toBe(2)
  file.clock.advance(86_400)
  expect((await file.keys('retire', 'refresh')).status).toBe(0)
  expect(file.read()).toMatchObject({
    JWT_REFRESH_SECRET_PREVIOUS: '',
    FACTOR_SECRET_PREVIOUS: before.JWT_REFRESH_SECRET,
  })
  expect(file.text()).not.toContain('since')
})

it('with several processes, each knows the new key before one uses it', async () => {
  const file = settingsFile()
  expect((await file.keys('rotate', 'access', '--announce')).status).toBe(0)
  const announced = file.read()
  expect(announced.JWT_ACCESS_SECRET).toBe(before.JWT_ACCESS_SECRET)
  expect((await file.keys('rotate', 'access', '--announce')).status).toBe(1)
  expect((await file.keys('retire', 'access', '--yes')).status).toBe(1)
  expect((await file.keys('rotate', 'access')).status).toBe(0)
  expect(file.read()).toMatchObject({
    JWT_ACCESS_SECRET: announced.JWT_ACCESS_SECRET_PREVIOUS,
    JWT_ACCESS_SECRET_PREVIOUS: before.JWT_ACCESS_SECRET,
  })
  const old = await apiForTest({ environment: announced })
  const next = await apiForTest({ environment: file.read(), mongoUri: old.mongoUri, clock: old.clock })
  for (const [here, there] of [
    [old, next],
    [next, old],
  ] as const)
    await protectedWith(there, (await registered(here)).body.accessToken).expect(200)
})

it('the former key of factors goes only when no app needs it', async () => {
  const file = settingsFile()
  const first = await apiForTest({ environment: file.read() })
  const person = await registered(first)
  const { app } = await enrolled(first, person)
  expect((await file.keys('rotate', 'factor')).status).toBe(0)
  const next = await apiForTest({ environment: file.read(), mongoUri: first.mongoUri, clock: first.clock })
  file.api.current = next
  const early = await file.keys('retire', 'factor')
  expect([early.status, early.stderr]).toEqual([
    2,
    expect.stringMatching(/^1 authenticator app would be lost: encrypted with a former key/),
  ])
  // A secret is encrypted anew when its owner shows a code.
  await factorStep(next, await ticketOf(next, person), app.code()).expect(200)
  expect((await file.keys('retire', 'factor')).status).toBe(0)
  expect(file.read().FACTOR_SECRET_PREVIOUS).toBe('')
})

it('what cannot be changed here is said', async () => {
  const file = settingsFile()
  const elsewhere = await latchkey(null, ['keys', 'rotate', 'access', '--file', file.path], {
    environment: { JWT_ACCESS_SECRET: 'another' },
  })
  expect([elsewhere.status, elsewhere.stderr]).toEqual([
    1,
    `JWT_ACCESS_SECRET is set elsewhere, not by ${file.path}. Change it there (docs/keys.md).\n`,
  ])
  const nowhere = await latchkey(null, ['keys', 'rotate', 'access', '--file', '/nowhere/.env'])
  expect([nowhere.status, nowhere.stderr]).toEqual([1, expect.stringMatching(/^There is no file/)])
  expect((await file.keys('rotate', 'cookie')).status).toBe(2)
  writeFileSync(file.path, `${file.text()}JWT_ACCESS_SECRET=twice\n`)
  expect((await file.keys('rotate', 'access')).stderr).toMatch('more than once')
  expect((await settingsFile({}).keys('rotate', 'refresh')).stderr).toMatch('does not set JWT_REFRESH_SECRET')
})
