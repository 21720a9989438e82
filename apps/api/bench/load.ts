import { setTimeout as delay } from 'node:timers/promises'
import autocannon from 'autocannon'
import { quantile } from './rounds.ts'

/** What a server answered under load. */
export interface Answers {
  perSecond: number
  p50Ms: number
  p99Ms: number
  total: number
}

export const connections = 32

interface Load {
  url: string
  seconds: number
  connections?: number
  requests: autocannon.Request[]
}

/** As many requests as the server answers, each connection asking again when it has its answer. */
export async function load(options: Load): Promise<Answers> {
  const milliseconds: number[] = []
  let first = 0
  let last = 0
  const result = await new Promise<autocannon.Result>((done, failed) => {
    const { url, seconds: duration, requests } = options
    const settings = { url, duration, requests, connections: options.connections ?? connections }
    const run = autocannon(settings, (error, result) => (error ? failed(error) : done(result)))
    run.on('response', (_client, _status, _bytes, responseTime) => {
      last = performance.now()
      first ||= last - responseTime
      milliseconds.push(responseTime)
    })
  })
  const refused = result.non2xx + result.errors + result.timeouts
  if (refused > 0)
    throw new Error(`${refused} of ${milliseconds.length} requests to ${options.url} were refused`)
  return {
    perSecond: (milliseconds.length * 1000) / (last - first),
    p50Ms: quantile(milliseconds, 0.5),
    p99Ms: quantile(milliseconds, 0.99),
    total: milliseconds.length,
  }
}

/** `GET /api/protected`, by many people in turn. */
export const protectedBy = (accessTokens: string[]): autocannon.Request[] =>
  accessTokens.map((token) => ({
    method: 'GET',
    path: '/api/protected',
    headers: { authorization: `Bearer ${token}` },
  }))

/** Sign-ins without a pause, so many at a time, until stopped. */
export function keepSigningIn(url: string, emails: string[], password: string, atOnce: number) {
  const people = [...emails]
  let running = true
  let signedIn = 0

  const sign = async () => {
    while (running) {
      const email = people.shift()
      if (!email) throw new Error('There are fewer people than sign-ins at once')
      const answer = await fetch(`${url}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`Signing in was answered with ${answer.status}: ${text}`)
      people.push(email)
      signedIn++
    }
  }
  const workers = Promise.all(Array.from({ length: atOnce }, sign))
  // Whoever awaits `stop` hears of a failure; nobody before.
  workers.catch(() => {})

  return {
    get signedIn() {
      return signedIn
    },
    /** Resolves when the next so many have signed in. */
    async count(wanted: number): Promise<void> {
      const target = signedIn + wanted
      while (signedIn < target) await Promise.race([workers, delay(2)])
    },
    async stop(): Promise<void> {
      running = false
      await workers
    },
  }
}
