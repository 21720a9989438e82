import type { mongo } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../support/api.ts'
import { somebody } from '../support/people.ts'
import { lockOwner } from '../support/refresh-lock.ts'
import {
  type BrowserLike,
  browserOf,
  generationOf,
  refreshAs,
  stealWith,
} from '../support/restored-browser.ts'

let api: TestApi
beforeAll(async () => {
  const unlimited = { points: 1_000_000, windowSeconds: 60 }
  api = await startApi({
    configure: (config) => ({
      ...config,
      rateLimits: { ...config.rateLimits, registerPerAddress: unlimited, refreshPerSession: unlimited },
    }),
  })
})
afterAll(() => api.close())

const users = () => api.services.database.connection.collection('users')

/** Somebody new, with what puts their document back as it is now. */
async function signedIn({ bound = true, generation = 2 } = {}) {
  const person = somebody()
  const browser = await browserOf(api.url, '/api/register', person, bound)
  for (let times = 0; times < generation; times++) expect(await refreshAs(api.url, browser)).toBe('ok')
  const backedUp = (await users().findOne({ emailKey: person.email })) as mongo.WithId<mongo.Document>
  return {
    browser,
    restore: () => users().replaceOne({ _id: backedUp._id }, backedUp),
    kinds: async () =>
      (await api.services.events.page(backedUp._id.toHexString())).events.map(({ kind }) => kind),
  }
}

async function refreshes(browser: BrowserLike, times: number): Promise<void> {
  for (let done = 0; done < times; done++) expect(await refreshAs(api.url, browser)).toBe('ok')
}

/** What the database knows of where a browser was last is another network from then on. */
const movedHouse = () =>
  users().updateMany(
    { 'refreshTokens.0': { $exists: true } },
    { $set: { 'refreshTokens.0.lastIp': '203.0.113.7' } },
  )

describe('a session that the database knows at an older generation than its browser', () => {
  it.each([1, 7, 8, 9, 20])('goes on where its key proves it, %i refreshes later', async (later) => {
    const { browser, restore, kinds } = await signedIn()
    await refreshes(browser, later)
    await restore()
    expect(await refreshAs(api.url, browser)).toBe('ok')
    expect(generationOf(browser)).toBe(2)
    // Past everything that was before, so that every generation comes a second time.
    await refreshes(browser, later + 3)
    expect(generationOf(browser)).toBe(2 + later + 3)
    expect(await kinds()).not.toContain('copied_session_refused')
  })

  it('goes on in tabs whose answers and cookies come late', async () => {
    const { browser, restore } = await signedIn()
    await refreshes(browser, 5)
    const late = { ...browser }
    await restore()
    await refreshes(browser, 2)
    // The cookie of the lost time is put back, as a late answer does.
    browser.cookie = late.cookie
    await refreshes(browser, 1)
    const racing = await Promise.all([refreshAs(api.url, { ...browser }), refreshAs(api.url, { ...browser })])
    expect(racing).toEqual(['ok', 'ok'])
  })

  it.each([1, 2, 5, 9])('goes on in all tabs that ask at once, %i refreshes later', async (later) => {
    const { browser, restore, kinds } = await signedIn()
    for (let times = 0; times < 3; times++) {
      await refreshes(browser, later)
      await restore()
      // None of them sees what the others were answered.
      const tabs = Array.from({ length: 6 }, () => ({ ...browser }))
      const answers = await Promise.all(tabs.map((tab) => refreshAs(api.url, tab)))
      expect(answers).toEqual(tabs.map(() => 'ok'))
      browser.cookie = tabs[times]?.cookie ?? ''
    }
    expect(await kinds()).not.toContain('copied_session_refused')
  })

  it('opens nothing to a copy, of whatever time, and its owner is told', async () => {
    const { browser, restore, kinds } = await signedIn()
    const copies = [{ ...browser }]
    for (let times = 0; times < 10; times++) {
      await refreshes(browser, 1)
      copies.push({ ...browser })
    }
    await restore()
    for (const copy of copies)
      for (const own of [null, lockOwner()])
        expect(await stealWith(api.url, copy, own)).toBe('refresh_token_locked')
    expect(await kinds()).toContain('copied_session_refused')
    await refreshes(browser, 12)
    for (const copy of copies)
      expect(await stealWith(api.url, copy, lockOwner())).toBe('refresh_token_locked')
    await refreshes(browser, 1)
  })

  it('goes on without a word to anybody in another network than the one that was restored', async () => {
    const { browser, restore, kinds } = await signedIn()
    await refreshes(browser, 3)
    await restore()
    await movedHouse()
    await refreshes(browser, 1)
    expect(await kinds()).not.toContain('answered_elsewhere')
    // A copy of a request of now is told of as ever.
    const copy = { ...browser }
    await refreshes(browser, 1)
    await movedHouse()
    await refreshes(copy, 1)
    expect(await kinds()).toContain('answered_elsewhere')
  })

  it('is refused without a key, as there is no telling whose it is', async () => {
    const { browser, restore } = await signedIn({ bound: false })
    await refreshes(browser, 1)
    await restore()
    expect(await refreshAs(api.url, browser)).toBe('refresh_token_invalid')
  })
})
