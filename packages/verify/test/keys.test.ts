import { expect, it, onTestFinished, vi } from 'vitest'
import { createVerifier, type TokenRefused } from '../src/index.ts'
import { remoteKeys } from '../src/keys/remote-keys.ts'
import {
  heardLog,
  issuer,
  keyServer,
  movableClock,
  type SigningKey,
  signingKey,
  start,
  tokenOf,
} from './support/issuer.ts'

const [one, two, three] = await Promise.all([signingKey('one'), signingKey('two'), signingKey('three')])

async function verifying(keys: readonly SigningKey[]) {
  const server = await keyServer(keys)
  onTestFinished(() => server.close())
  const clock = movableClock()
  const log = heardLog()
  const verifier = createVerifier({ issuer, jwksUrl: server.url, clock, log })
  /** `in`, or the reason of the refusal. */
  const outcome = (token: string) =>
    verifier.verify(token).then(
      () => 'in',
      ({ reason }: TokenRefused) => reason,
    )
  return { server, clock, log, verifier, outcome }
}

const publish = (keys: readonly SigningKey[]) => keys.map(({ jwk }) => jwk)

it('keys are fetched once for everybody who comes at the same time, and kept', async () => {
  const { server, outcome } = await verifying([one])
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, jti) => tokenOf(one, { jti: String(jti) })))
  expect(new Set(await Promise.all(tokens.map(outcome)))).toEqual(new Set(['in']))
  expect(server.asked).toBe(1)
})

it('a new key is found at once by one question for all; made-up names lead to three in ten seconds', async () => {
  const { server, clock, verifier, outcome } = await verifying([one])
  expect(await outcome(await tokenOf(one))).toBe('in')
  clock.advance(10)
  server.keys = publish([one, two])
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, jti) => tokenOf(two, { jti: String(jti) })))
  expect(new Set(await Promise.all(tokens.map(outcome)))).toEqual(new Set(['in']))
  expect(server.asked).toBe(2)

  for (let times = 0; times < 2; times += 1)
    expect(await outcome(await tokenOf(one, {}, { kid: `made-up-${times}` }))).toBe('unknown_key')
  expect(server.asked).toBe(4)
  // Nobody can tell now whether there is such a key: an honest token of a new one must not be thrown away.
  clock.advance(4)
  for (let times = 0; times < 20; times += 1) {
    const error = await verifier.verify(await tokenOf(three)).catch((thrown: TokenRefused) => thrown)
    expect(error).toMatchObject({ reason: 'keys_unavailable', headers: { 'Retry-After': '6' } })
  }
  expect(server.asked).toBe(4)
  server.keys = publish([one, two, three])
  clock.advance(6)
  expect(await outcome(await tokenOf(three))).toBe('in')
  expect(server.asked).toBe(5)
})

it.each([
  ['none', []],
  ['a broken one beside another', [{ ...one.jwk, y: one.jwk.x }, two.jwk]],
  ['two of one name beside another', [one.jwk, { ...three.jwk, kid: 'one' }, two.jwk]],
  [
    'more than twenty others',
    Array.from({ length: 21 }, (_, kid) => ({ ...two.jwk, kid: kid ? String(kid) : 'two' })),
  ],
])('a set that lists %s counts: a key that is not in it is withdrawn', async (_, listed) => {
  const { server, clock, log, outcome } = await verifying([one, two])
  const [leaked, good] = [await tokenOf(one), await tokenOf(two)]
  expect([await outcome(leaked), await outcome(good)]).toEqual(['in', 'in'])
  server.keys = listed
  clock.advance(300)
  const after = listed.length === 0 ? ['keys_unavailable', 'keys_unavailable'] : ['unknown_key', 'in']
  expect([await outcome(leaked), await outcome(good)]).toEqual(after)
  expect(log.warned.length).toBeGreaterThan(0)
})

it('a Latchkey that hangs stalls nobody whose key is known', async () => {
  const { server, clock, outcome } = await verifying([one])
  const token = await tokenOf(one)
  expect(await outcome(token)).toBe('in')
  server.answerWith(() => undefined)
  clock.advance(240)
  // The question is on its way, and nobody waits for it.
  expect(await outcome(token)).toBe('in')
  await vi.waitFor(() => expect(server.asked).toBe(2), { timeout: 60_000 })
  server.close()
  clock.advance(59)
  expect(await outcome(token)).toBe('in')
})

it('after a question that failed the known key counts without waiting, and a later one waits again', async () => {
  const { server, clock, log, outcome } = await verifying([one])
  const token = await tokenOf(one)
  expect(await outcome(token)).toBe('in')
  server.answerWith((_req, res) => void res.writeHead(503).end())
  clock.advance(300)
  expect(await outcome(token)).toBe('in')
  expect(log.warned).toHaveLength(1)
  server.answerWith(() => undefined)
  clock.advance(10)
  expect(await outcome(token)).toBe('in')
  await vi.waitFor(() => expect(server.asked).toBe(3), { timeout: 60_000 })
  // Latchkey is there again, and has withdrawn the key: the first to come later hears of it.
  server.keys = publish([two])
  server.answerWith((_req, res) => res.end(JSON.stringify({ keys: server.keys })))
  server.hangUp()
  await vi.waitFor(() => expect(log.warned).toHaveLength(2), { timeout: 60_000 })
  clock.advance(60)
  expect(await outcome(token)).toBe('unknown_key')
})

it('the same key is the same object after it was fetched anew, so that what was verified stays so', async () => {
  const server = await keyServer([one])
  onTestFinished(() => server.close())
  const clock = movableClock()
  const keys = remoteKeys({ url: new URL(server.url), clock, log: heardLog() })
  const first = await keys.find('one')
  clock.advance(300)
  expect(await keys.find('one')).toBe(first)
  expect(server.asked).toBe(2)
})

it('a key that was retired opens nothing after five minutes, not even to tokens that were verified', async () => {
  const { server, clock, outcome } = await verifying([one, two])
  const [leaked, good] = [await tokenOf(one), await tokenOf(two)]
  expect([await outcome(leaked), await outcome(good)]).toEqual(['in', 'in'])
  server.keys = publish([two])
  clock.advance(299)
  expect(await outcome(leaked)).toBe('in')
  clock.advance(1)
  expect([await outcome(leaked), await outcome(good)]).toEqual(['unknown_key', 'in'])
})

it('another key under the same name does not inherit what was verified', async () => {
  const { server, clock, outcome } = await verifying([one])
  const token = await tokenOf(one)
  expect(await outcome(token)).toBe('in')
  server.keys = [{ ...two.jwk, kid: 'one' }]
  clock.advance(300)
  expect(await outcome(token)).toBe('signature')
})

it('an outage is a 503 while there are no keys, and signs nobody out for an hour once there are', async () => {
  const { server, clock, log, verifier, outcome } = await verifying([one])
  server.answerWith((_req, res) => void res.writeHead(502).end())
  const error: TokenRefused = await verifier.verify(await tokenOf(one)).catch((thrown) => thrown)
  expect([error.reason, error.status]).toEqual(['keys_unavailable', 503])
  expect(error.headers).toEqual({ 'Retry-After': '10' })
  const answer = error.toResponse()
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'verification_unavailable' }),
  ])
  // Nobody is asked again for a while.
  for (let times = 0; times < 5; times += 1)
    expect(await outcome(await tokenOf(one))).toBe('keys_unavailable')
  expect([server.asked, log.warned.length]).toEqual([1, 1])
  expect(log.warned[0]).toMatch(/could not be read from http.*: it answers with status 502/)

  server.answerWith((_req, res) => res.end(JSON.stringify({ keys: publish([one]) })))
  clock.advance(10)
  expect(await outcome(await tokenOf(one))).toBe('in')
  server.close()
  clock.advance(3599)
  const now = start + 3609
  expect(await outcome(await tokenOf(one, { iat: now, exp: now + 900 }))).toBe('in')
  clock.advance(1)
  expect(await outcome(await tokenOf(one, { iat: now, exp: now + 900 }))).toBe('keys_unavailable')
  expect(log.warned.at(-1)).toMatch(/it cannot be reached/)
})

it.each<[string, unknown, RegExp]>([
  ['no keys', { keys: [] }, /no key for ES256.*the verifier needs `secret`/],
  ['two keys of one name', { keys: [one.jwk, { ...two.jwk, kid: 'one' }] }, /two keys that are called "one"/],
  ['a shared secret', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'one', alg: 'HS256' }] }, /no key for ES256/],
  ['an RSA key', { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'one' }] }, /no key for ES256/],
  ['a point that is none', { keys: [{ ...one.jwk, y: one.jwk.x }] }, /could not be read/],
  ['no set', [], /no set of keys/],
  ['a set of nothing', { keys: [null] }, /no set of keys/],
  ['a page', '<html>', /no JSON/],
  ['an answer without end', { keys: [], more: 'x'.repeat(70_000) }, /longer than 64 kB/],
])('%s: nobody is let in, and the log says what is wrong', async (_, body, sentence) => {
  const { server, log, outcome } = await verifying([one])
  server.answerWith((_req, res) => res.end(typeof body === 'string' ? body : JSON.stringify(body)))
  expect(await outcome(await tokenOf(one))).toBe('keys_unavailable')
  expect(log.warned).toEqual([expect.stringMatching(sentence)])
})

it('a redirect is not followed', async () => {
  const { server, log, outcome } = await verifying([one])
  const other = await keyServer([three])
  onTestFinished(() => other.close())
  server.answerWith((_req, res) => void res.writeHead(302, { Location: other.url }).end())
  expect(await outcome(await tokenOf(three))).toBe('keys_unavailable')
  expect([other.asked, log.warned[0]]).toEqual([0, expect.stringMatching(/status 302/)])
})
