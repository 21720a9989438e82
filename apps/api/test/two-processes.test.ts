import type { SignedIn, Tokens } from '@latchkey/contracts'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect, it } from 'vitest'
import { within } from './support/eventually.ts'
import { freePort } from './support/free-port.ts'
import { type Person, somebody } from './support/people.ts'
import { type ApiProcess, apiProcess, ready } from './support/process.ts'
import { lockOwner } from './support/refresh-lock.ts'

const rounds = process.env.CI ? 3 : 1
const browsersPerRound = 6
const revocations = 20

it('with two processes, load and kill -9, nobody is signed out and nobody revoked is let in after a second', async ({
  annotate,
}) => {
  const environment = {
    MONGO_URI: testDatabaseUri(),
    JWT_ACCESS_SECRET: 'an access secret for this test only',
    JWT_REFRESH_SECRET: 'a refresh secret for this test only',
    LOG_LEVEL: 'error',
  }
  const ports = [String(await freePort()), String(await freePort())] as const
  const start = async (PORT: string) => {
    const started = await apiProcess({ ...environment, PORT })
    await ready(started)
    return started
  }
  const processes = await Promise.all(ports.map(start))
  const [steady] = processes as [ApiProcess, ApiProcess]
  const browsers = await Promise.all(
    Array.from({ length: browsersPerRound }, () =>
      browser(
        somebody(),
        ports.map((port) => `http://127.0.0.1:${port}`),
      ),
    ),
  )

  for (let round = 0; round < rounds; round++) {
    let running = true
    const load = browsers.map(async (each) => {
      while (running) await each.refresh()
    })
    await pause(700)
    const victim = processes[1] as ApiProcess
    victim.child.kill('SIGKILL')
    await victim.exited
    await pause(300)
    processes[1] = await start(ports[1])
    await pause(300)
    running = false
    await Promise.all(load)
  }
  for (const each of browsers) {
    expect(each.verdicts).toEqual([])
    expect(each.refreshes).toBeGreaterThan(rounds)
  }

  // The session of one device is ended through one process and knocked at with the other; each at another moment
  // between two looks of that one at the revocations.
  const there = (processes[1] as ApiProcess).url
  const devices = await Promise.all(
    Array.from({ length: revocations }, async (_, i) => {
      const owner = browsers[i % browsers.length] as Browser
      const lost = await browser(owner.person, [steady.url], 'login')
      expect((await protectedAt(there, lost.accessToken)).status).toBe(200)
      return { owner, lost }
    }),
  )
  const milliseconds = await Promise.all(
    devices.map(async ({ owner, lost }, i) => {
      await pause(i * 40)
      const ended = await fetch(`${steady.url}/api/sessions/${lost.sessionId}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${owner.accessToken}` },
      })
      expect(ended.status).toBe(204)
      const endedAt = performance.now()
      await within(1, async () => expect((await protectedAt(there, lost.accessToken)).status).not.toBe(200))
      return performance.now() - endedAt
    }),
  )
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  await annotate(
    `revocation seen by the other process: median ${at(0.5)} ms, p90 ${at(0.9)} ms, slowest ${at(1)} ms of ${revocations}`,
  )
}, 240_000)

interface Browser {
  person: Person
  accessToken: string
  sessionId: string
  refreshes: number
  /** What ended the session, if anything did. */
  verdicts: string[]
  refresh(): Promise<void>
}

/** A bound browser that speaks to whichever process answers, and asks again when none does. */
async function browser(
  person: Person,
  urls: string[],
  by: 'register' | 'login' = 'register',
): Promise<Browser> {
  const owner = lockOwner()
  const body = by === 'register' ? person : { email: person.email, password: person.password }
  const signedIn = await post(`${urls[0]}/api/${by}`, body, owner.signIn)
  if (!signedIn.ok) throw new Error(`${by} answered ${signedIn.status}`)
  const jar = new Map<string, string>()
  keepCookies(jar, signedIn)
  const { accessToken } = (await signedIn.json()) as SignedIn
  let turn = 0
  const self: Browser = {
    person,
    accessToken,
    sessionId: jar.get('latchkey.session')?.split('.', 1)[0] ?? '',
    refreshes: 0,
    verdicts: [],
    async refresh() {
      const url = urls[turn++ % urls.length]
      const generation = Number(jar.get('latchkey.session')?.split('.')[1])
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await post(`${url}/api/refresh-token`, {}, { ...owner.at(generation), cookie }).catch(
        () => null,
      )
      if (answer?.status === 200) {
        keepCookies(jar, answer)
        self.accessToken = ((await answer.json()) as Tokens).accessToken
        self.refreshes++
      } else if (answer && answer.status < 500 && answer.status !== 429)
        self.verdicts.push(await answer.text())
      await pause(40)
    },
  }
  return self
}

function keepCookies(jar: Map<string, string>, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    jar.set(name, value)
  }
}

const post = (url: string, body: object, headers: Record<string, string>) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const protectedAt = (url: string, accessToken: string) =>
  fetch(`${url}/api/protected`, { headers: { authorization: `Bearer ${accessToken}` } })

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))
