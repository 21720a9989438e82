import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished, vi } from 'vitest'
import { startApi } from './support/api.ts'
import { freePort } from './support/free-port.ts'
import { mailServer } from './support/mail-server.ts'
import { refresh, registered, verified } from './support/people.ts'

it('the documented second service lets in whoever is signed in here, and nobody else', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = `es256:${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')}`
  const mail = await mailServer()
  const api = await startApi({ environment: { JWT_ACCESS_SECRET: key, SMTP_URL: mail.url } })
  const port = await freePort()
  const service = spawn(
    process.execPath,
    [fileURLToPath(new URL('../examples/second-service.js', import.meta.url))],
    {
      env: { PATH: process.env.PATH, PORT: String(port), LATCHKEY_URL: api.url },
      stdio: 'inherit',
    },
  )
  onTestFinished(async () => {
    service.kill()
    await api.close()
  })
  const reports = (authorization?: string) =>
    fetch(`http://127.0.0.1:${port}/reports`, { headers: authorization ? { authorization } : {} })
  await vi.waitFor(async () => expect((await reports()).status).toBe(401), { timeout: 10_000, interval: 100 })

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
})
