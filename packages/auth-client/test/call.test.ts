import {
  contract,
  EmailOnlyBodySchema,
  FindUsersQuerySchema,
  type RouteContract,
  routes,
} from '@latchkey/contracts'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { AuthClient } from '../src/index.ts'
import { setUp, signedInTab } from './support/setup.ts'

/** For a caller without types. */
const untyped = (client: AuthClient) =>
  client.call as (route: RouteContract, options?: { params?: Record<string, unknown> }) => Promise<unknown>

const shared = {
  method: 'POST',
  summary: '',
  requires: 'nothing',
  status: 200,
  reply: null,
  errors: [],
} as const

describe('a route with a parameter in its path', () => {
  it.each([
    ['is left out', undefined],
    ['is left out of the parameters', {}],
    ['is undefined', { id: undefined }],
    ['is null', { id: null }],
    ['is empty', { id: '' }],
    ['is an empty list', { id: [] }],
    ['is the folder itself', { id: '.' }],
    ['is the folder above', { id: '..' }],
    ['is inherited', Object.create({ id: '' })],
  ])('is not called when it %s', async (_, params) => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const before = world.server.calls.length
    const options = params && { params }
    await expect(untyped(tab)(routes.revokeSession, options)).rejects.toThrow(
      new TypeError('DELETE /sessions/:id needs a "id" that is neither empty nor a dot.'),
    )
    expect(world.server.calls).toHaveLength(before)
  })

  it('is not called when only one of two is there', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const before = world.server.calls.length
    const params = { id: 'ada', sessionId: '' }
    await expect(tab.call(routes.endUserSession, { params })).rejects.toThrow('"sessionId"')
    expect(world.server.calls).toHaveLength(before)
  })

  it('is called with anything else, escaped', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    for (const id of ['...', ' ', 'a/b', '%2e%2e', '0', ':id', '$&']) {
      await tab.call(routes.revokeSession, { params: { id } }).catch(() => undefined)
      expect(world.server.calls.at(-1)?.path).toBe(`/api/sessions/${encodeURIComponent(id)}`)
    }
  })
})

describe('a body of which nothing is required', () => {
  const route = contract({ ...shared, path: '/echo', body: FindUsersQuerySchema })

  it('may be left out, and the server still gets one', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.server.answerNext('/api/echo', 200, {})
    await tab.call(route)
    expect(world.server.calls.at(-1)).toMatchObject({ path: '/api/echo', text: '{}' })
  })

  it('is not made up where none is expected', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    await tab.call(routes.logout)
    expect(world.server.calls.at(-1)).toMatchObject({ path: '/api/logout', text: '' })
  })
})

describe('what a call needs', () => {
  it('is told by the contract', () => {
    // Nothing in here runs: tsc checks it.
    void function parameters(call: AuthClient['call']) {
      void call(routes.revokeSession, { params: { id: 'a' } })
      void call(routes.endUserSession, { params: { id: 'a', sessionId: 'b' } })
      // @ts-expect-error no options
      void call(routes.revokeSession)
      // @ts-expect-error no params
      void call(routes.revokeSession, {})
      // @ts-expect-error no id
      void call(routes.revokeSession, { params: {} })
      // @ts-expect-error another name
      void call(routes.revokeSession, { params: { sid: 'a' } })
      // @ts-expect-error not a string
      void call(routes.revokeSession, { params: { id: undefined } })
      // @ts-expect-error one of two
      void call(routes.endUserSession, { params: { id: 'a' } })
      const either = routes.sessions as typeof routes.sessions | typeof routes.revokeSession
      // @ts-expect-error one of the routes that may be meant needs it
      void call(either)
    }
    void function bodies(call: AuthClient['call']) {
      void call(routes.forgotPassword, { body: { email: 'ada@example.com' } })
      void call(routes.logout)
      void call(routes.logout, { body: { refreshToken: 'a' } })
      // @ts-expect-error no options
      void call(routes.forgotPassword)
      // @ts-expect-error no body
      void call(routes.forgotPassword, {})
      // @ts-expect-error an empty body
      void call(routes.forgotPassword, { body: {} })
      // @ts-expect-error params without the body
      void call(routes.renameSession, { params: { id: 'a' } })
      // @ts-expect-error a body where none is read
      void call(routes.me, { body: { email: 'ada@example.com' } })
    }
    void function queries(call: AuthClient['call']) {
      const search = contract({ ...shared, path: '/search', query: EmailOnlyBodySchema })
      void call(search, { query: { email: 'ada@example.com' } })
      void call(routes.findUsers)
      void call(routes.findUsers, { query: { query: 'a' } })
      // @ts-expect-error no query
      void call(search)
      // @ts-expect-error an empty query
      void call(search, { query: {} })
    }
    void function replies(call: AuthClient['call'], signal: AbortSignal) {
      void call(routes.me, { signal })
      expectTypeOf(call(routes.me, { signal })).resolves.toHaveProperty('user')
      expectTypeOf(call(routes.revokeSession, { params: { id: 'a' } })).resolves.toEqualTypeOf<undefined>()
    }
  })
})

describe('an answer with a good status', () => {
  const event = {
    id: '1',
    kind: 'signed_in',
    at: '2025-03-14T09:26:53.000Z',
    sessionId: null,
    ip: '::1',
    device: 'curl',
  }

  async function listing(answer: object | string) {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.server.answerNext('/api/activity', 200, answer)
    return await tab.call(routes.activity).catch(({ code }) => code)
  }

  it.each([
    ['items that are empty', { events: [{}] }],
    ['a member of another type', { events: [{ ...event, device: 5 }] }],
    ['a time that is none', { events: [{ ...event, at: 'soon' }] }],
    ['a word that is missing', { events: [{ ...event, kind: undefined }] }],
    ['a bare list', [{}]],
    ['the page of somebody else’s network', '<!doctype html><p>Welcome to our hotel</p>'],
  ])('is an error where it holds %s', async (_, answer) => {
    expect(await listing(answer)).toBe('unexpected_answer')
  })

  it.each([
    ['a word', { events: [{ ...event, kind: 'moved_house' }] }],
    ['a word in a list', { events: [{ ...event, amr: ['pwd', 'face'] }] }],
    ['a member', { events: [{ ...event, mood: 'fine' }], more: null }],
  ])('may hold %s that only a newer server knows', async (_, answer) => {
    expect(await listing(answer)).toEqual(answer)
  })
})
