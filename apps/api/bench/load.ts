import { setTimeout as delay } from 'node:timers/promises'
import { converse } from './converse.ts'
import { quantile } from './rounds.ts'

/** What a server answered under load. */
export interface Answers {
  perSecond: number
  p50Ms: number
  p99Ms: number
  total: number
}

interface Load {
  url: string
  seconds: number
  /** Made in turn. */
  requests: string[]
}

export const connections = 32

/** As many requests as the server answers, each connection asking again when it has its answer. */
export async function load({ url, seconds, requests }: Load): Promise<Answers> {
  const turns = requests.map((request) => ({ request, answered() {} }))
  let turn = 0
  const next = () => turns[turn++ % turns.length] as (typeof turns)[number]
  const startedAt = performance.now()
  const milliseconds = await converse(url, seconds, connections, next)
  return {
    perSecond: (milliseconds.length * 1000) / (performance.now() - startedAt),
    p50Ms: quantile(milliseconds, 0.5),
    p99Ms: quantile(milliseconds, 0.99),
    total: milliseconds.length,
  }
}

const warmUpAnswers = 20_000
const longestWarmUpSeconds = 4

/** Until V8 has compiled what answers. That takes a number of requests, and so longer on slow cores. */
export async function warmUp(asked: Omit<Load, 'seconds'>): Promise<void> {
  let answers = 0
  for (let second = 0; second < longestWarmUpSeconds && answers < warmUpAnswers; second++)
    answers += (await load({ ...asked, seconds: 1 })).total
}

/** `GET /api/protected`, by many people, from a service that traces what it calls. */
export const protectedBy = (accessTokens: string[]): string[] =>
  accessTokens.map((token, number) =>
    [
      'GET /api/protected HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${token}`,
      `Traceparent: 00-${(number + 1).toString(16).padStart(32, '0')}-00f067aa0ba902b7-01`,
      '\r\n',
    ].join('\r\n'),
  )

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
