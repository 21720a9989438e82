import { holdAgainstVectors, readVectors } from '@latchkey/contracts/testing'
import type { AxiosResponse } from 'axios'
import { expect, it } from 'vitest'
import { holdToken } from '../../src/access-token.ts'
import { AuthError } from '../../src/auth-error.ts'
import { createRefresh } from '../../src/refresh.ts'
import { refreshKey } from '../../src/refresh-lock.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { importedKey } from './imported-key.ts'

interface AccessTokens {
  accepted: { name: string; token: string; claims: { sub: string; sid: string; iat: number } }[]
}

const secret = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
const known = readVectors<AccessTokens>('access-tokens')?.accepted ?? []
const [signedIn] = known
const sid = signedIn?.claims.sid ?? ''
const sent = { sid, generation: 3 }

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: object | string
}

const problem = (status: number, code: string, more: object = {}): Answer => ({
  status,
  body: { type: `urn:latchkey:problem:${code}`, status, code, detail: 'A sentence for people.', ...more },
})
const locked = (generation?: number) =>
  problem(403, 'refresh_token_locked', generation === undefined ? {} : { generation })
const tokens: Answer = {
  status: 200,
  body: {
    accessToken: signedIn?.token,
    tokenType: 'Bearer',
    expiresIn: 900,
    user: { id: signedIn?.claims.sub, username: 'ada' },
  },
}
const soon = (answer: Answer, seconds: string): Answer => ({ ...answer, headers: { 'retry-after': seconds } })

/** Null: none came. */
const exchanges: { name: string; answers: (Answer | null)[] }[] = [
  { name: 'tokens', answers: [tokens] },
  { name: 'locked, and the generation that the server is at', answers: [locked(12), tokens] },
  { name: 'locked, and the generation of a restored backup', answers: [locked(1), tokens] },
  { name: 'locked, and other generations without end', answers: [locked(12), locked(13), locked(14)] },
  { name: 'locked, and the generation whose key was shown', answers: [locked(3)] },
  { name: 'locked', answers: [locked()] },
  { name: 'no token arrived', answers: [problem(401, 'refresh_token_missing')] },
  ...['invalid', 'expired', 'revoked', 'reused', 'key_lost'].map((why) => ({
    name: why.replace('_', ' '),
    answers: [problem(403, `refresh_token_${why}`)],
  })),
  { name: 'no answer', answers: [null] },
  { name: 'an outage', answers: [soon(problem(503, 'database_unavailable'), '2')] },
  { name: 'too many requests', answers: [soon(problem(429, 'rate_limited'), '7')] },
  { name: 'a proxy without a server', answers: [{ status: 502, body: '<h1>Bad Gateway</h1>' }] },
  { name: 'a proxy that refuses', answers: [{ status: 403, body: '<h1>Forbidden</h1>' }] },
  {
    name: 'a page where tokens should be',
    answers: [{ status: 200, body: '<h1>Welcome to this hotel</h1>' }],
  },
  { name: 'a proof that arrived broken', answers: [problem(400, 'refresh_lock_malformed')] },
  { name: 'a refusal about the request', answers: [problem(403, 'cross_site_request')] },
]

it('the browser does with each answer to a refresh what the vectors say', async () => {
  const made = []
  for (const { name, answers } of exchanges) made.push({ name, answers, ...(await outcomeOf(answers)) })
  holdAgainstVectors('answers', { clientSecret: secret, sent, exchanges: made })
})

it('the browser reads the claims of access tokens as the vectors say', () => {
  expect(known.length).toBeGreaterThan(3)
  for (const { name, token, claims } of known) {
    const answer = { accessToken: token, expiresIn: 900, user: { username: 'ada' } }
    // What a former token does not say, the page does not make up.
    const held = holdToken(answer, createFakeClock().clock, 3)?.view.claims
    expect([name, held]).toEqual([name, expect.objectContaining({ sid: claims.sid, iat: claims.iat })])
    expect(claims).toEqual(expect.objectContaining(held))
  }
})

/** What one refresh comes to: the generations whose keys were shown, in order, and what the page knows then. */
async function outcomeOf(answers: readonly (Answer | null)[]) {
  const { subtle } = globalThis.crypto
  const key = await importedKey(secret)
  const generations = new Map<string, number>()
  for (let generation = 0; generation < 20; generation++)
    generations.set(await refreshKey(subtle, key, generation), generation)
  const shown: (number | undefined)[] = []
  const left = [...answers]
  const refresh = createRefresh({
    cookie: {
      isReadable: true,
      generationWith: () => sent.generation,
      told: () => {},
      headers: () => ({}),
      read: () => sent,
      endSession: () => {},
      endGeneration: () => {},
      leaveToOthers: () => false,
      isReplaced: () => false,
    },
    keys: {
      areKept: () => true,
      candidates: async () => [{ id: sid, key }],
      begin: async () => null,
      settle: async () => {},
      discard: async () => {},
      forget: async () => {},
    },
    async post(_path, { headers = {} } = {}) {
      shown.push(generations.get(headers['X-Refresh-Key'] ?? ''))
      const answer = left.shift()
      if (!answer) throw Object.assign(new Error('no answer'), { isAxiosError: true })
      const { status, body, headers: said = {} } = answer
      return { status, data: body, headers: said } as unknown as AxiosResponse<unknown>
    },
    otherHost: async () => {
      throw new Error('The page is on the host of the API.')
    },
    environment: { subtle, clock: createFakeClock().clock },
  })
  const outcome = await refresh(new AbortController().signal).catch((error: unknown) => {
    if (error instanceof AuthError) return error
    throw error
  })
  expect(left).toEqual([])
  if (outcome instanceof AuthError)
    return { shown, outcome: 'still signed in', waitSeconds: outcome.retryAfterSeconds }
  if (outcome.kind === 'ended') return { shown, outcome: 'signed out', code: outcome.verdict.code }
  return { shown, outcome: outcome.kind === 'tokens' ? 'signed in' : outcome.kind }
}
