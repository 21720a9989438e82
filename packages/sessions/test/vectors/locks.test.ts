import { createHmac } from 'node:crypto'
import { holdAgainstVectors } from '@latchkey/contracts/testing'
import { it } from 'vitest'
import { readLock, readLockProof, readTrustProof } from '../../src/refresh/refresh-lock.ts'
import { clientSecret } from './published.ts'
import { codeOf } from './refusal.ts'

const longSecret = Buffer.alloc(64, 7)

const keyOf = (secret: Buffer, generation: number) =>
  createHmac('sha256', secret).update(`latchkey${generation}`).digest('base64url')
const lockOf = (secret: Buffer, generation: number) =>
  readLockProof(keyOf(secret, generation), undefined).opens ?? ''

it('keys and locks are derived as the vectors say, and what is malformed is refused', () => {
  const clients = [clientSecret, longSecret].map((secret) => ({
    secret: secret.toString('hex'),
    signIn: { 'X-Refresh-Lock': readLock(lockOf(secret, 0)) },
    generations: [0, 1, 2, 9, 10, 11, 99, 100, 4_294_967_296].map((generation) => ({
      generation,
      key: keyOf(secret, generation),
      lock: lockOf(secret, generation),
      headers: headersAt(secret, generation),
    })),
  }))
  const good = keyOf(clientSecret, 0)
  const malformed = [
    { why: 'nothing', value: '' },
    { why: 'padded', value: `${good}=` },
    { why: '31 bytes', value: Buffer.alloc(31).toString('base64url') },
    { why: '33 bytes', value: Buffer.alloc(33).toString('base64url') },
    { why: 'base64 with + and /', value: Buffer.alloc(32, 0xfb).toString('base64').replace('=', '') },
    { why: 'hexadecimal', value: Buffer.alloc(32, 0xfb).toString('hex') },
    { why: 'two bits to spare that are not zero', value: `${'A'.repeat(42)}B` },
    { why: 'twice, as HTTP joins two headers of a name', value: `${good}, ${good}` },
  ].map((each) => ({
    ...each,
    asKey: codeOf(() => readLockProof(each.value, undefined)),
    asLock: codeOf(() => readLock(each.value)),
  }))
  const shown = (count: number) =>
    Array.from({ length: count }, (_, generation) => keyOf(clientSecret, generation))
  const trust = [1, 2, 4].map((count) => {
    const header = shown(count).join(', ')
    return { header, opens: readTrustProof(header, undefined).opens }
  })
  const tooMany = shown(5).join(', ')
  holdAgainstVectors('locks', {
    clients,
    malformed,
    trust,
    malformedTrust: [{ header: tooMany, code: codeOf(() => readTrustProof(tooMany, undefined)) }],
  })
})

/** Of a refresh. They are read back as they are written. */
function headersAt(secret: Buffer, generation: number) {
  const headers = {
    'X-Refresh-Key': keyOf(secret, generation),
    'X-Refresh-Lock': lockOf(secret, generation + 1),
  }
  readLockProof(headers['X-Refresh-Key'], headers['X-Refresh-Lock'])
  return headers
}
