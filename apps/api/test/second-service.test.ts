import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { eventually, within } from './support/eventually.ts'
import { freePort } from './support/free-port.ts'
import { mailServer } from './support/mail-server.ts'
import { login, protectedWith, refresh, registered, verified } from './support/people.ts'
import { secret } from './support/webhook-receiver.ts'

const example = fileURLToPath(new URL('../examples/second-service.js', import.meta.url))

/** An API that signs with a private key, and the documented service beside it, each told of the other. */
async function bothServices() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = `es256:${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')}`
  const mail = await mailServer()
  const port = await freePort()
  const api = await startApi({
    environment: {
      JWT_ACCESS_SECRET: key,
      SMTP_URL: mail.url,
      WEBHOOK_URL: `http://127.0.0.1:${port}/webhooks`,
      WEBHOOK_SECRET: secret,
    },
  })
  onTestFinished(() => api.close())
  return { api, mail, ...(await secondService(api, port)) }
}

async function secondService(api: TestApi, port: number, environment: Record<string, string> = {}) {
  const settings = { PORT: String(port), LATCHKEY_URL: api.url, WEBHOOK_SECRET: secret, ...environment }
  // As it stands in this repository, the package that it uses is not compiled.
  const service = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), example], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void service.kill())
  let said = ''
  service.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  const url = `http://127.0.0.1:${port}`
  const reports = (authorization?: string) =>
    fetch(`${url}/reports`, { headers: authorization ? { authorization } : {} })
  await eventually(async () => expect((await reports()).status, said).toBe(401), { interval: 100 })
  return { url, reports, said: () => said }
}

it('the documented second service lets in whoever is signed in here, and nobody else', async () => {
  const { api, mail, reports } = await bothServices()
  const person = await registered(api)
  // Anybody may have signed up with an address that this service gives something to.
  const unproved = await reports(`Bearer ${person.body.accessToken}`)
  expect(unproved.status).toBe(403)
  expect(await unproved.json()).toEqual({ message: 'Confirm your email address first.' })

  await verified(api, mail, person)
  const { accessToken } = (await refresh(api, person.jar).expect(200)).body
  const response = await reports(`Bearer ${accessToken}`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ message: `Reports for ${person.email}` })
  expect((await reports(`Bearer ${accessToken.slice(0, -4)}AAAA`)).status).toBe(401)
  expect((await reports(`Bearer ${person.jar.refreshToken}`)).status).toBe(401)

  // Where its issuer was forgotten, its log says what came and what to set, and the caller reads nothing of it.
  const other = await secondService(api, await freePort(), { LATCHKEY_ISSUER: 'https://id.example.com' })
  const refused = await other.reports(`Bearer ${accessToken}`)
  expect(refused.status).toBe(401)
  expect(await refused.json()).toMatchObject({ code: 'access_token_invalid' })
  expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
  await eventually(() => expect(other.said()).toMatch(/issued by "latchkey".*"https:\/\/id\.example\.com"/))
  expect(other.said()).toMatch(/`issuer` has to be the PUBLIC_URL of Latchkey/)
})

it('it refuses an ended session within a second', async () => {
  const { api, url, reports } = await bothServices()
  const status = async (token: string) => (await reports(`Bearer ${token}`)).status
  const refusedAfter = async (token: string, end: () => Promise<unknown>, seconds = 1) => {
    expect(await status(token)).toBe(403) // let in, and no proved address
    await end()
    await within(seconds, async () => expect(await status(token)).toBe(401))
  }

  const person = await registered(api)
  const other = await login(api, person)
  await refusedAfter(person.body.accessToken, () =>
    api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200),
  )
  // That one alone.
  expect(await status(other.body.accessToken)).toBe(403)

  // Every token of somebody whose roles change; the session goes on with the next.
  const { id } = person.body.user
  const { administration } = api.services
  await refusedAfter(other.body.accessToken, () => administration.setRoles(id, ['user', 'admin']))
  const renewed = (await refresh(api, other.jar).expect(200)).body.accessToken
  await refusedAfter(renewed, () => administration.disable(id))

  // Ended where nobody tells anybody: the process would have been killed right after it.
  const silent = await startApi({
    mongoUri: api.mongoUri,
    environment: { JWT_ACCESS_SECRET: api.config.accessToken.key },
  })
  onTestFinished(() => silent.close())
  const last = await registered(silent)
  await protectedWith(api, last.body.accessToken).expect(200)
  await refusedAfter(
    last.body.accessToken,
    () => silent.http.post('/api/logout').set('Cookie', last.jar.header).expect(200),
    5,
  )

  // Nobody else is believed.
  const forged = await fetch(`${url}/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1',
      'webhook-signature': 'v1,AAAA',
    },
    body: JSON.stringify({ type: 'session.ended', timestamp: '', data: { sessionId: person.sessionId } }),
  })
  expect(forged.status).toBe(401)
})
