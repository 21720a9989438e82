import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { apiSecrets } from './support/api-secrets.ts'
import { compile, project } from './support/project.ts'
import { type Served, serve } from './support/server.ts'
import { asking, somebody } from './support/shopper.ts'

let folder: string
let service: Served
beforeAll(async () => {
  folder = await project('service')
  await compile(folder)
  service = await serve(folder, ['build/service.js'], apiSecrets)
})
afterAll(() => service?.stop())

async function signedIn() {
  const ask = asking(inject('apiUrl'))
  const made = somebody()
  await ask('/register', { body: made })
  return (await ask('/login', { body: made })).body
}

it('a service of its own lets in whoever the API has signed in', async () => {
  const { accessToken, user } = await signedIn()
  const answer = await asking(service.url)('/parcels', { accessToken })
  expect([answer.status, answer.body.of]).toEqual([200, user.id])
})

it('refuses a forged token and a missing one, each by its own answer', async () => {
  const { accessToken } = await signedIn()
  const ask = asking(service.url)
  const forged = await ask('/parcels', { accessToken: `${accessToken.slice(0, -8)}AAAAAAAA` })
  expect([forged.status, forged.body.code]).toEqual([401, 'access_token_invalid'])
  const none = await ask('/parcels')
  expect([none.status, none.body.code]).toEqual([401, 'access_token_missing'])
})

it('a service that was told of another issuer refuses everybody, and says in its log who signed', async () => {
  const { accessToken } = await signedIn()
  const heard: string[] = []
  const astray = await serve(
    folder,
    ['build/service.js'],
    { ...apiSecrets, ISSUER: 'https://elsewhere.example' },
    (text) => heard.push(text),
  )
  const { status } = await asking(astray.url)('/parcels', { accessToken })
  expect(status).toBe(401)
  await expect
    .poll(() => heard.join(''))
    .toMatch(/latchkey.*https:\/\/elsewhere\.example|https:\/\/elsewhere\.example.*latchkey/)
  await astray.stop()
})
