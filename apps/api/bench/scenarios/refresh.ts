import { once } from 'node:events'
import { cookieNamesOf, defaultSettings } from '@latchkey/sessions'
import type { Task } from '../baselines/find-one-and-update.js'
import { converse } from '../converse.ts'
import { type Lab, withDatabase } from '../lab.ts'
import { lock, populate, proofAt, type SignedIn } from '../people.ts'
import { interleave, quantile, ratios, summarize } from '../rounds.ts'
import { milliseconds, perSecond, type Row, row } from '../row.ts'

/** Enough that no session meets its limit of 300 refreshes a minute. */
const browsers = 2000
const connections = 32
/** Until the code on this path is compiled: a process that has served for a minute is what is measured. */
const warmUpSeconds = 4

interface Scale {
  rounds: number
  seconds: number
  manyUsers: number
}

/** What a refresh costs beside its one update, and whether it depends on how much there is in the database. */
export async function refresh(lab: Lab, { rounds, seconds, manyUsers }: Scale): Promise<Row[]> {
  const fewUsers = 1000
  const [uri, bareUri, routeUri, largeUri] = [
    await lab.database('refresh'),
    await lab.database('bare_update'),
    await lab.database('update_route'),
    await lab.database('many_users'),
  ]
  const product = await lab.product({ MONGO_URI: uri })
  const updater = await lab.updater(bareUri)
  const route = await lab.updateRoute(routeUri)
  const ours = await withDatabase(uri, (database) => populate(database, { users: browsers }))
  const bare = await withDatabase(bareUri, (database) => populate(database, { users: browsers }))
  const routed = await withDatabase(routeUri, (database) => populate(database, { users: browsers }))
  let sessions: Task['sessions'] = bare.map(({ userId, sessionId, generation }) => ({
    userId,
    sessionId,
    generation,
    lock: lock(generation),
  }))
  const updatesPerSecond = async () => {
    updater.send({ sessions, connections, seconds } satisfies Task)
    const [answer] = (await once(updater, 'message')) as [{ perSecond: number; sessions: Task['sessions'] }]
    sessions = answer.sessions
    return answer.perSecond
  }
  await refreshes(product.url, ours, warmUpSeconds, connections)
  await inTurn(route.url, routed, warmUpSeconds, connections, updateRequest)
  for (let warm = 0; warm < warmUpSeconds; warm += seconds) await updatesPerSecond()
  const rates = await interleave(rounds, {
    refreshes: async () => (await refreshes(product.url, ours, seconds, connections)).perSecond,
    updates: updatesPerSecond,
    routed: async () => (await inTurn(route.url, routed, seconds, connections, updateRequest)).perSecond,
  })
  updater.kill()
  await route.stop()

  // One at a time, so that it is the latency that is compared; the same process asks both databases.
  const small = await lab.database('few_users')
  const few = await lab.product({ MONGO_URI: small })
  const many = await lab.product({ MONGO_URI: largeUri })
  const fewPeople = await withDatabase(small, (database) => populate(database, { users: fewUsers }))
  const manyPeople = await withDatabase(largeUri, async (database) => {
    const people = await populate(database, { users: fewUsers })
    await populate(database, { users: manyUsers - fewUsers, seasoned: false }, 0)
    return people
  })
  const latency = async (url: string, people: SignedIn[]) => (await refreshes(url, people, seconds, 1)).p50Ms
  for (const [{ url }, people] of [
    [few, fewPeople],
    [many, manyPeople],
  ] as const)
    await refreshes(url, people, warmUpSeconds, connections)
  const users = await interleave(rounds, {
    few: () => latency(few.url, fewPeople),
    many: () => latency(many.url, manyPeople),
  })
  await Promise.all([few.stop(), many.stop()])

  const crowded = await withDatabase(uri, (database) => populate(database, { users: 200, sessionsEach: 50 }))
  await refreshes(product.url, crowded, 1)
  const devices = await interleave(rounds, {
    one: () => latency(product.url, ours),
    fifty: () => latency(product.url, crowded),
  })
  await product.stop()

  return [
    row(
      {
        id: 'refresh-to-update',
        what: 'refreshes per second ÷ bare findOneAndUpdate of the same shape',
        limit: 0.6,
        must: 'reach',
        from: `${perSecond(rates.refreshes)} ÷ ${perSecond(rates.updates)}; an Express route with that update alone: ${share(rates.routed, rates.updates)}`,
      },
      ratios(rates.refreshes, rates.updates),
    ),
    row(
      {
        id: 'refresh-many-users',
        what: `refresh with ${manyUsers.toLocaleString('en')} users ÷ with ${fewUsers.toLocaleString('en')}`,
        limit: 1.3,
        must: 'stay below',
        from: `${milliseconds(users.many)} ÷ ${milliseconds(users.few)}`,
      },
      ratios(users.many, users.few),
    ),
    row(
      {
        id: 'refresh-fifty-sessions',
        what: 'refresh with 50 sessions ÷ with 1',
        limit: 1.3,
        must: 'stay below',
        from: `${milliseconds(devices.fifty)} ÷ ${milliseconds(devices.one)}`,
      },
      ratios(devices.fifty, devices.one),
    ),
  ]
}

const share = (above: number[], below: number[]) => summarize(ratios(above, below)).median.toFixed(2)

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
