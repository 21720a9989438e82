import { once } from 'node:events'
import { cookieNamesOf, defaultSettings } from '@latchkey/sessions'
import type { Task } from '../baselines/find-one-and-update.js'
import { converse } from '../converse.ts'
import { type Lab, withDatabase } from '../lab.ts'
import { lock, populate, proofAt, type SignedIn } from '../people.ts'
import { interleave, median, quantile, ratios } from '../rounds.ts'
import { milliseconds, perSecond, type Row, row } from '../row.ts'

/** Enough that no session meets its limit of 300 refreshes a minute. */
const browsers = 2000
/** Of the people who are signed in on fifty devices each. */
const crowd = 200
const connections = 32
/** Until the code on this path is compiled: a process that has served for a minute is what is measured. */
const warmUpSeconds = 4
/** What waits for the disk differs from one second to the next, so that latencies are compared in short turns. */
const turnsPerRound = 3

interface Scale {
  rounds: number
  seconds: number
  manyUsers: number
}

/** What a refresh costs beside its one update, and whether it depends on how much there is in the database. */
export async function refresh(lab: Lab, { rounds, seconds, manyUsers }: Scale): Promise<Row[]> {
  const [uri, manyUri, routeUri, bareUri] = [
    await lab.database('refresh'),
    await lab.database('many_users'),
    await lab.database('update_route'),
    await lab.database('bare_update'),
  ]
  const [product, many, route, updater] = [
    await lab.product({ MONGO_URI: uri }),
    await lab.product({ MONGO_URI: manyUri }),
    await lab.updateRoute(routeUri),
    await lab.updater(bareUri),
  ]
  const signedIn = (where: string, users: number) =>
    withDatabase(where, (database) => populate(database, { users }))
  const ours = await signedIn(uri, browsers)
  const ofMany = await signedIn(manyUri, browsers)
  const routed = await signedIn(routeUri, browsers)
  let sessions: Task['sessions'] = (await signedIn(bareUri, browsers)).map((person) => ({
    ...person,
    lock: lock(person.generation),
  }))
  const crowded = await withDatabase(uri, (database) =>
    populate(database, { users: crowd, sessionsEach: 50 }),
  )
  const updatesPerSecond = async (long = seconds) => {
    updater.send({ sessions, connections, seconds: long } satisfies Task)
    const [answer] = (await once(updater, 'message')) as [{ perSecond: number; sessions: Task['sessions'] }]
    sessions = answer.sessions
    return answer.perSecond
  }
  // Nothing is measured yet, so all of this may go on at once.
  await Promise.all([
    withDatabase(manyUri, async (database) => {
      // Beside those at MONGO_URI that are there from an earlier run.
      const lacking = manyUsers - (await database.collection('users').estimatedDocumentCount())
      await populate(database, { users: lacking, seasoned: false }, 0)
    }),
    refreshes(product.url, ours, warmUpSeconds, connections),
    refreshes(many.url, ofMany, warmUpSeconds, connections),
    inTurn(route.url, routed, warmUpSeconds, connections, updateRequest),
    updatesPerSecond(warmUpSeconds),
  ])
  await refreshes(product.url, crowded, 1)

  // One at a time, so that it is the latency that is compared.
  const latency = async (url: string, people: SignedIn[]) =>
    (await refreshes(url, people, seconds / turnsPerRound)).p50Ms
  const latencies = await interleave(rounds * turnsPerRound, {
    one: () => latency(product.url, ours),
    many: () => latency(many.url, ofMany),
    fifty: () => latency(product.url, crowded),
  })
  await many.stop()

  const rates = await interleave(rounds, {
    refreshes: async () => (await refreshes(product.url, ours, seconds, connections)).perSecond,
    routed: async () => (await inTurn(route.url, routed, seconds, connections, updateRequest)).perSecond,
    updates: () => updatesPerSecond(),
  })
  updater.kill()
  await Promise.all([product.stop(), route.stop()])

  return [
    row(
      {
        id: 'refresh-to-route',
        what: 'refreshes per second ÷ an Express route with nothing but that update',
        limit: 0.9,
        must: 'reach',
        from: `${perSecond(rates.refreshes)} ÷ ${perSecond(rates.routed)}; of the bare update, ${perSecond(rates.updates)}, they are ${share(rates.refreshes, rates.updates)} and ${share(rates.routed, rates.updates)}`,
      },
      ratios(rates.refreshes, rates.routed),
    ),
    row(
      {
        id: 'refresh-many-users',
        what: `refresh with ${manyUsers.toLocaleString('en')} users ÷ with ${(browsers + crowd).toLocaleString('en')}`,
        limit: 1.1,
        must: 'stay below',
        from: `${milliseconds(latencies.many)} ÷ ${milliseconds(latencies.one)}`,
      },
      ratios(latencies.many, latencies.one),
    ),
    row(
      {
        id: 'refresh-fifty-sessions',
        what: 'refresh with 50 sessions ÷ with 1',
        limit: 1.15,
        must: 'stay below',
        from: `${milliseconds(latencies.fifty)} ÷ ${milliseconds(latencies.one)}`,
      },
      ratios(latencies.fifty, latencies.one),
    ),
  ]
}

const share = (above: number[], below: number[]) => median(ratios(above, below)).toFixed(2)

/** Refreshes by bound browsers. */
export const refreshes = (url: string, people: SignedIn[], seconds: number, connections = 1) =>
  inTurn(url, people, seconds, connections, refreshRequest)

/** Requests by signed-in browsers in turn; each moves on to the generation that its answer brings. */
async function inTurn(
  url: string,
  people: SignedIn[],
  seconds: number,
  connections: number,
  requestOf: (person: SignedIn) => string,
): Promise<{ perSecond: number; p50Ms: number }> {
  const startedAt = performance.now()
  const milliseconds = await converse(url, seconds, connections, () => {
    const person = people.shift()
    if (!person) throw new Error('There are fewer browsers than connections')
    return {
      request: requestOf(person),
      answered(head) {
        // Without one the next request is refused, and so is the measurement.
        person.refreshToken = refreshTokenIn.exec(head)?.[1] ?? ''
        person.generation++
        people.push(person)
      },
    }
  })
  const elapsedSeconds = (performance.now() - startedAt) / 1000
  return { perSecond: milliseconds.length / elapsedSeconds, p50Ms: quantile(milliseconds, 0.5) }
}

const own = cookieNamesOf(defaultSettings({ accessSecret: '', refreshSecret: '' }).cookie)
const refreshTokenIn = new RegExp(`${own.refreshToken}=([^;]+)`)

const refreshRequest = ({ refreshToken, sessionId, generation }: SignedIn): string =>
  [
    'POST /api/refresh-token HTTP/1.1',
    'Host: localhost',
    'Content-Length: 0',
    `Cookie: ${own.refreshToken}=${refreshToken}; ${own.session}=${sessionId}.${generation}`,
    ...proofAt(generation),
    '\r\n',
  ].join('\r\n')

const updateRequest = ({ userId, sessionId, generation }: SignedIn): string =>
  [
    'POST /api/refresh-token HTTP/1.1',
    'Host: localhost',
    'Content-Length: 0',
    `Session: ${userId}.${sessionId}.${generation}.${lock(generation)}.${lock(generation + 1)}`,
    '\r\n',
  ].join('\r\n')
