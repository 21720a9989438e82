import type { AccessTokenClaims, SignedIn, Tokens } from '@latchkey/contracts'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import mongoose from 'mongoose'
import { expect } from 'vitest'
import { within } from './support/eventually.ts'
import { somebody } from './support/people.ts'
import { type ApiProcess, apiProcess, ready } from './support/process.ts'
import { sideBySide, whenOver } from './support/side-by-side.ts'

// Two real processes on one database, one ten minutes ahead of this machine and one ten minutes behind.

const offsets = { fast: 600, slow: -600 } as const
type Name = keyof typeof offsets
const names: Name[] = ['fast', 'slow']

sideBySide(
  'a demoted administrator is refused everywhere within a second, whoever’s clock is ahead',
  async () => {
    const { nodes, administrator } = await twoClocks()
    for (const [promoting, demoting] of [
      ['slow', 'fast'],
      ['fast', 'slow'],
    ] as const) {
      const person = await register(nodes[promoting])
      await setRoles(nodes[demoting], administrator, person, ['user', 'admin'])
      // Renewed by each node, the one whose `iat` is furthest in the future included.
      for (const name of names) {
        await renew(nodes[name], person)
        expect(claimsOf(person.accessToken).roles).toContain('admin')
        expect(await usersSeenBy(nodes, person.accessToken)).toEqual([200, 200])
      }
      const tokens = [...person.all]
      await setRoles(nodes[demoting], administrator, person, ['user'])
      await within(1, async () => {
        for (const token of tokens) expect(await usersSeenBy(nodes, token)).toEqual([401, 401])
      })
      // And they go on as what they are now, at once, wherever they ask.
      for (const name of names) {
        await renew(nodes[name], person)
        expect(claimsOf(person.accessToken).roles).toEqual(['user'])
        expect(await usersSeenBy(nodes, person.accessToken)).toEqual([403, 403])
      }
    }
  },
)

sideBySide(
  'what was signed out stays out when roles change again and again, and `iat` is the time',
  async () => {
    const { nodes, administrator } = await twoClocks()
    const person = await register(nodes.fast)
    const other = await signIn(nodes.slow, person)
    await setRoles(nodes.slow, administrator, person, ['user', 'admin'])
    await renew(nodes.fast, other)
    await post(nodes.slow, '/logout', {}, other.cookie)
    const dead = other.all
    for (let i = 0; i < 10; i++)
      await setRoles(
        i % 2 ? nodes.fast : nodes.slow,
        administrator,
        person,
        i % 2 ? ['user', 'admin'] : ['user'],
      )
    for (const name of names) {
      await renew(nodes[name], person)
      const { iat, exp } = claimsOf(person.accessToken)
      const seconds = Date.now() / 1000 + offsets[name]
      expect(Math.abs(iat - seconds)).toBeLessThan(5)
      expect([exp - iat, person.expiresIn]).toEqual([3600, 3600])
      expect(await usersSeenBy(nodes, person.accessToken)).toEqual([200, 200])
    }
    await within(1, async () => {
      for (const token of dead) expect(await usersSeenBy(nodes, token)).toEqual([401, 401])
    })
  },
)

interface Held {
  email: string
  password: string
  userId: string
  cookie: string
  accessToken: string
  expiresIn: number
  /** Every access token so far. */
  all: string[]
}

async function twoClocks() {
  const uri = testDatabaseUri()
  const environment = {
    MONGO_URI: uri,
    JWT_ACCESS_SECRET: 'an access secret for this test only',
    JWT_REFRESH_SECRET: 'a refresh secret for this test only',
    // Longer than the clocks lie apart, so that each takes what the other issues.
    ACCESS_TOKEN_EXPIRY: '1h',
    LOG_LEVEL: 'error',
  }
  const start = async (name: Name) => {
    const node = await apiProcess(environment, { clockOffsetSeconds: offsets[name] })
    await ready(node)
    return node
  }
  const [fast, slow] = await Promise.all([start('fast'), start('slow')])
  const nodes = { fast, slow }
  const administrator = await register(fast)
  const database = await mongoose.createConnection(uri).asPromise()
  whenOver(() => database.close())
  const _id = new mongoose.Types.ObjectId(administrator.userId)
  await database.collection('users').updateOne({ _id }, { $set: { roles: ['user', 'admin'] } })
  await renew(slow, administrator)
  return { nodes, administrator }
}

async function register(node: ApiProcess): Promise<Held> {
  const person = somebody()
  return held(person, await post(node, '/register', person))
}

async function signIn(node: ApiProcess, { email, password }: Held): Promise<Held> {
  return held({ email, password }, await post(node, '/login', { email, password }))
}

async function held(person: { email: string; password: string }, response: Response): Promise<Held> {
  const { accessToken, expiresIn, user } = (await response.json()) as SignedIn
  const { email, password } = person
  const cookie = cookiesOf(response)
  return { email, password, userId: user.id, cookie, accessToken, expiresIn, all: [accessToken] }
}

async function renew(node: ApiProcess, person: Held): Promise<void> {
  const response = await post(node, '/refresh-token', {}, person.cookie)
  const { accessToken, expiresIn } = (await response.json()) as Tokens
  Object.assign(person, { cookie: cookiesOf(response), accessToken, expiresIn })
  person.all.push(accessToken)
}

const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')

async function setRoles(node: ApiProcess, by: Held, { userId }: Held, roles: string[]): Promise<void> {
  const response = await fetch(`${node.url}/api/admin/users/${userId}/roles`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${by.accessToken}` },
    body: JSON.stringify({ roles }),
  })
  expect(response.status).toBe(200)
}

async function post(node: ApiProcess, path: string, body: object, cookie = ''): Promise<Response> {
  const response = await fetch(`${node.url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response
}

/** What each process says to a token at a door for administrators. */
const usersSeenBy = (nodes: Record<Name, ApiProcess>, accessToken: string) =>
  Promise.all(
    names.map(async (name) => {
      const headers = { authorization: `Bearer ${accessToken}` }
      const response = await fetch(`${nodes[name].url}/api/admin/users`, { headers })
      await response.text()
      return response.status
    }),
  )

const claimsOf = (accessToken: string): AccessTokenClaims =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
