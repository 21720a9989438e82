import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Flood } from '../flooder.js'
import { here, type Lab, withDatabase } from '../lab.ts'
import { password, populate, type SignedIn } from '../people.ts'
import { median, ratios } from '../rounds.ts'
import { type Row, row } from '../row.ts'

const inFlight = 60
const signInsPerRound = 3
/** For the flood to be in full swing, and for one that is to be refused to have used up what it may. */
const rampUpMs = 3000
/** What a flood has in the end, when it has used up its allowances; in a benchmark nobody has minutes to wait for that. */
const soonUsedUp = {
  LIMIT_HASH_PER_ADDRESS: '1/15m',
  LIMIT_SIGN_IN_PER_ACCOUNT: '1/15m',
  LIMIT_PROOF_PER_ACCOUNT: '1/15m',
  LIMIT_LINK_PER_ADDRESS: '1/1h',
  LIMIT_MAIL_PER_ADDRESS: '1/1h',
  LIMIT_EXPORT_PER_ACCOUNT: '1/1h',
}

/**
 * How long an honest sign-in takes beside somebody who sends everything that costs hashing, from one address. A flood goes on
 * over all rounds, between two halves of quiet: to hash all that it has asked for, once it ends, would take most of the time.
 */
export async function flood(lab: Lab, { rounds }: { rounds: number }): Promise<Row[]> {
  const [quiet, working, refusing] = await Promise.all([
    site(lab, 'quiet', {}),
    site(lab, 'flood', {}),
    site(lab, 'refused_flood', soonUsedUp),
  ])
  for (const each of [quiet, working, refusing]) await each.alone(1)
  const half = Math.ceil(rounds / 2)
  const before = await quiet.alone(half)
  const beside = await working.beside(rounds)
  const besideLater = await refusing.beside(rounds)
  const alone = [...before, ...(await quiet.alone(rounds - half))]
  await quiet.stop()
  if (!refusing.answers[429]) throw new Error('The flood was never refused with 429')
  const ms = (values: number[]) => `${median(values).toFixed(0)} ms`
  const claim = (id: string, what: string, { slowest, answers }: typeof working, over: number[]) =>
    row(
      {
        id,
        what,
        limit: 3,
        must: 'stay below',
        from: `${ms(over)} ÷ ${ms(alone)}, slowest ${Math.max(...slowest).toFixed(0)} ms; the flood got ${inWords(answers)}`,
      },
      ratios(over, alone),
    )
  return [
    claim(
      'sign-in-beside-a-flood',
      `honest sign-in beside a flood of ${inFlight} in flight from one address ÷ quiet`,
      working,
      beside,
    ),
    claim(
      'sign-in-beside-a-refused-flood',
      'the same, once the flood has used up what it may',
      refusing,
      besideLater,
    ),
  ]
}

/** The product with people in it, who sign in: alone, or beside a flood. In milliseconds of the one in the middle of each round. */
async function site(lab: Lab, name: string, settings: Record<string, string>) {
  const uri = await lab.database(name)
  const product = await lab.product({ MONGO_URI: uri, TRUST_PROXY: '1', ...settings })
  const people = await withDatabase(uri, (database) => populate(database, { users: 200, seasoned: false }))
  const strangers = people.splice(0, 20)
  const answers: Record<string, number> = {}
  const slowest: number[] = []
  let host = 0

  /** One after the other, each from an address of their own. */
  const signIns = async () => {
    const milliseconds: number[] = []
    for (let i = 0; i < signInsPerRound; i++) {
      const { email } = people.shift() as SignedIn
      const sentAt = performance.now()
      const answer = await fetch(`${product.url}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${++host}` },
        body: JSON.stringify({ email, password }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`An honest sign-in was answered with ${answer.status}: ${text}`)
      milliseconds.push(performance.now() - sentAt)
    }
    return milliseconds
  }
  const alone = async (rounds: number) => {
    const medians: number[] = []
    for (let round = 0; round < rounds; round++) {
      const milliseconds = await signIns()
      slowest.push(Math.max(...milliseconds))
      medians.push(median(milliseconds))
    }
    return medians
  }

  return {
    answers,
    slowest,
    alone,
    stop: product.stop,
    /** Ends the product, with all that waits to be hashed. */
    async beside(rounds: number) {
      slowest.length = 0
      const flooder = await startFlooder({
        url: product.url,
        inFlight,
        requests: requestsFrom('203.0.113.1', strangers),
      })
      await delay(rampUpMs)
      const medians = await alone(rounds)
      Object.assign(answers, await stop(flooder))
      product.child.kill('SIGKILL')
      await product.stop()
      return medians
    },
  }
}

const inWords = (answers: Record<string, number>) =>
  Object.entries(answers)
    .map(([status, times]) => `${status} × ${times.toLocaleString('en')}`)
    .join(', ')

/** Right and wrong passwords, with and without accounts, registrations, password changes, exports and links. */
function requestsFrom(address: string, own: SignedIn[]): string[] {
  const request = (method: string, path: string, body: object | null, token = '') => {
    const json = body === null ? '' : JSON.stringify(body)
    return [
      `${method} /api/${path} HTTP/1.1`,
      'Host: localhost',
      `X-Forwarded-For: ${address}`,
      ...(token ? [`Authorization: Bearer ${token}`] : []),
      ...(body === null ? [] : ['Content-Type: application/json']),
      `Content-Length: ${Buffer.byteLength(json)}`,
      '',
      json,
    ].join('\r\n')
  }
  const link = 'x'.repeat(43)
  return own.flatMap(({ email, accessToken }, i) => {
    const name = `flood-${address.replaceAll('.', '-')}-${i}`
    return [
      request('POST', 'login', { email, password }),
      request('POST', 'login', { email, password: 'not the password' }),
      request('POST', 'login', { email: `${name}@example.com`, password: 'not the password' }),
      request('POST', 'register', { username: name, email: `${name}@example.org`, password }),
      request('POST', 'change-password', { currentPassword: password, newPassword: password }, accessToken),
      request('GET', 'me/export', null, accessToken),
      request('POST', 'forgot-password', { email: `${name}@example.com` }),
      request('POST', 'verify-email', { token: link }),
      request('POST', 'reset-password', { token: link, password }),
    ]
  })
}

async function startFlooder(task: Flood): Promise<ChildProcess> {
  const flooder = fork(here('./flooder.js'))
  await once(flooder, 'message')
  flooder.send(task)
  return flooder
}

async function stop(flooder: ChildProcess): Promise<Record<string, number>> {
  flooder.send('stop')
  const [statuses] = await once(flooder, 'message')
  return statuses
}
