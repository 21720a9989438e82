import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { scramExchange, scramUser } from '../src/access/scram.ts'

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** The client's half (RFC 5802 §3). */
function client(password: string, { name = 'owner', header = 'n,,', nonce = 'rOprNGfwEbeRWgbNEkqO' } = {}) {
  const bare = `n=${name},r=${nonce}`
  return {
    first: header + bare,
    last(serverFirst: string, binding = Buffer.from(header).toString('base64')) {
      const [, combined = '', salt = '', iterations] = /^r=(.+),s=(.+),i=(\d+)$/.exec(serverFirst) ?? []
      const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256')
      const clientKey = hmac(salted, 'Client Key')
      const withoutProof = `c=${binding},r=${combined}`
      const signed = `${bare},${serverFirst},${withoutProof}`
      const signature = hmac(createHash('sha256').update(clientKey).digest(), signed)
      const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)))
      return {
        message: `${withoutProof},p=${proof.toString('base64')}`,
        expected: `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`,
      }
    },
  }
}

const user = scramUser('owner', 'pencil')

test('the right password is told by a signature that only this server can make', () => {
  const { first, last } = client('pencil')
  const exchange = scramExchange(user)
  const { message, expected } = last(exchange.start(first))
  expect(exchange.finish(message)).toBe(expected)
})

test('a captured exchange opens nothing a second time', () => {
  const { first, last } = client('pencil')
  const exchange = scramExchange(user)
  const { message } = last(exchange.start(first))
  exchange.finish(message)
  expect(() => exchange.finish(message)).toThrow('Authentication failed')
  const another = scramExchange(user)
  another.start(first)
  expect(() => another.finish(message)).toThrow('Authentication failed')
})

test.each([
  ['a wrong password', client('pencils'), undefined],
  ['a binding to another channel', client('pencil'), Buffer.from('y,,').toString('base64')],
])('%s is refused', (_, { first, last }, binding) => {
  const exchange = scramExchange(user)
  const { message } = last(exchange.start(first), binding)
  expect(() => exchange.finish(message)).toThrow('Authentication failed')
})

test.each([
  client('pencil', { name: 'admin' }).first,
  client('pencil', { header: 'p=tls-unique,,' }).first,
  'n,,n=owner',
  'n,a=admin,n=owner,r=abc',
  '',
])('%s begins nothing', (message) => {
  expect(() => scramExchange(user).start(message)).toThrow('Authentication failed')
})

test('a proof of another length is refused', () => {
  const { first, last } = client('pencil')
  const exchange = scramExchange(user)
  const { message } = last(exchange.start(first))
  expect(() => exchange.finish(message.replace(/p=.*/, 'p=AAAA'))).toThrow('Authentication failed')
  expect(() => exchange.finish(message)).toThrow('Authentication failed')
})

test('nothing can be finished that was not begun', () => {
  expect(() => scramExchange(user).finish('c=biws,r=,p=AAAA')).toThrow('Authentication failed')
})
