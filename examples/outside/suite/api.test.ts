import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { apiSecrets } from './support/api-secrets.ts'
import { compile, project } from './support/project.ts'
import { type Served, serve } from './support/server.ts'
import { asking, type Member, somebody } from './support/shopper.ts'

let folder: string
let express4: Served
beforeAll(async () => {
  folder = await project('api', {
    express: '4.22.1',
    '@types/express': '4.17.25',
    typescript: '5.9.3',
  })
  await compile(folder, ['--module', 'node16'])
  const uri = new URL(inject('mongoUri'))
  uri.pathname = '/express_4'
  express4 = await serve(folder, ['build/api.js'], { MONGO_URI: uri.toString(), ...apiSecrets })
})
afterAll(() => express4.stop())

it('is tried with Express 4 as well', async () => {
  const express = await readFile(join(folder, 'node_modules/express/package.json'), 'utf8')
  expect(JSON.parse(express).version).toBe('4.22.1')
})

describe.each([
  ['Express 5', () => inject('apiUrl')],
  ['Express 4', () => express4.url],
])('an API on %s with users of its own', (_, url) => {
  const ask: ReturnType<typeof asking> = (path, sent) => asking(url())(path, sent)

  async function member(): Promise<Member> {
    const made = somebody()
    expect((await ask('/register', { body: made })).status).toBe(201)
    return made
  }
  const signIn = ({ email, password }: Member, headers = {}) =>
    ask('/login', { body: { email, password }, headers })

  it('registers and signs in, and only with the right password', async () => {
    const ada = await member()
    expect((await signIn({ ...ada, password: 'wrong' })).status).toBe(401)
    const { status, body } = await signIn(ada)
    expect([status, body.user.username]).toEqual([200, ada.username])
    const orders = await ask('/orders', { accessToken: body.accessToken })
    expect([orders.status, orders.body.of]).toEqual([200, body.user.id])
    expect((await ask('/register', { body: ada })).status).toBe(409)
  })

  it('refuses a stranger, in a problem document', async () => {
    const none = await ask('/orders')
    expect([none.status, none.body.code]).toEqual([401, 'access_token_missing'])
    const { body } = await signIn(await member())
    const forged = await ask('/orders', { accessToken: `${body.accessToken.slice(0, -8)}AAAAAAAA` })
    expect([forged.status, forged.body.code]).toEqual([401, 'access_token_invalid'])
  })

  it('renews by the cookie, and for no page of another site', async () => {
    const { cookies } = await signIn(await member())
    const renewed = await ask('/refresh-token', { body: {}, cookies })
    expect(renewed.status).toBe(200)
    expect(renewed.cookies['latchkey.session']).toMatch(/\.1$/)
    expect((await ask('/orders', { accessToken: renewed.body.accessToken })).status).toBe(200)
    const foreign = { Origin: 'https://elsewhere.example' }
    const refused = await ask('/refresh-token', { body: {}, cookies: renewed.cookies, headers: foreign })
    expect([refused.status, refused.body.code]).toEqual([403, 'cross_site_request'])
  })

  it('revokes: the access token dies with its session', async () => {
    const ada = await member()
    const here = await signIn(ada)
    const there = await signIn(ada)
    const { accessToken } = here.body
    const { body } = await ask('/sessions', { accessToken })
    for (const { id, current } of body.sessions)
      if (!current) expect((await ask(`/sessions/${id}`, { method: 'DELETE', accessToken })).status).toBe(204)
    const dead = await ask('/orders', { accessToken: there.body.accessToken })
    expect([dead.status, dead.body.code]).toEqual([401, 'access_token_revoked'])
    const ended = await ask('/refresh-token', { body: {}, cookies: there.cookies })
    expect([ended.status, ended.body.code]).toEqual([403, 'refresh_token_revoked'])
    expect((await ask('/orders', { accessToken })).status).toBe(200)
  })

  it('gives a client without cookies its refresh token in the body', async () => {
    const { body, cookies } = await signIn(await member(), { 'X-Refresh-Transport': 'body' })
    expect(cookies).toEqual({})
    const renewed = await ask('/refresh-token', { body: { refreshToken: body.refreshToken } })
    expect([renewed.status, renewed.cookies]).toEqual([200, {}])
    expect(renewed.body.refreshToken).not.toBe(body.refreshToken)
    await ask('/logout', { body: { refreshToken: renewed.body.refreshToken } })
    expect((await ask('/orders', { accessToken: renewed.body.accessToken })).status).toBe(401)
  })
})
