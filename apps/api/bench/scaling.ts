import { type Costs, feedReads, readCosts, revocationSeconds } from './cost-sheet.ts'

// What is full first when there are more and more users: docs/scaling.md. It reckons with what costs.ts measured, and
// with assumptions about people and machines that stand here. `pnpm --filter @latchkey/api bench:scaling`

/** What people do. Rates are of an average day; everything is sized for the busiest minute. */
const habits = {
  /** Of all users, on one day. */
  active: 0.3,
  devices: 2,
  visits: 4,
  visitMinutes: 15,
  /** Of each visit. */
  protectedRequests: 30,
  /** Of each active user and day. */
  signIns: 0.03,
  /** Of each active user and day: sign-outs, ended sessions, changed passwords and roles. */
  endings: 0.03,
  /** The busiest minute has so many times the average. */
  peak: 4,
}

const accessTokenMinutes = 15
/** The client renews so long before the end. */
const renewedEarlyMinutes = 1
const eventDays = 90
const connectionsOfProcess = 50

/** What one may buy. Nothing is used beyond `headroom`, for a member or a process may be away. */
const machines = {
  /** A process has one thread that answers, and one for hashing on each other core. */
  api: { cores: 4, megabytes: 4096 },
  /** The primary of a replica set. */
  database: { cores: 32, gigabytes: 256, diskGigabytes: 8000, connections: 10_000 },
  headroom: 0.5,
  /** Of an API process's event loop, for reading revocations. */
  feedShare: 0.05,
}

interface Demand {
  refreshesPerSecond: number
  signInsPerSecond: number
  protectedPerSecond: number
  liveRevocations: number
  documentsGigabytes: number
  indexesGigabytes: number
  /** What is read every day. */
  workingSetGigabytes: number
  /** API processes, by what they answer and hash. */
  processes: number
  hashingCores: number
}

const day = 86_400
const giga = 1e9

function demandOf(users: number, { bytes, cpu }: Costs): Demand {
  const active = users * habits.active
  const perSecond = (perActiveUser: number) => (active * perActiveUser * habits.peak) / day
  // One to come in, and one each time that the token is about to expire.
  const refreshesPerVisit = 1 + Math.floor(habits.visitMinutes / (accessTokenMinutes - renewedEarlyMinutes))
  const refreshesPerSecond = perSecond(habits.visits * refreshesPerVisit)
  const signInsPerSecond = perSecond(habits.signIns)
  const protectedPerSecond = perSecond(habits.visits * habits.protectedRequests)
  const userBytes = bytes.user + habits.devices * bytes.session
  const events = active * (habits.signIns + habits.endings) * eventDays
  const indexesGigabytes = (users * sum(bytes.userIndexes) + events * bytes.eventIndexes) / giga
  const answering = refreshesPerSecond * cpu.refresh + protectedPerSecond * cpu.protected
  const hashingCores = (signInsPerSecond * cpu.hash) / 1000 / machines.headroom
  return {
    refreshesPerSecond,
    signInsPerSecond,
    protectedPerSecond,
    liveRevocations: perSecond(habits.endings) * revocationSeconds,
    documentsGigabytes: (users * userBytes + events * bytes.event) / giga,
    indexesGigabytes,
    workingSetGigabytes: indexesGigabytes + (active * userBytes) / giga,
    hashingCores,
    processes: Math.ceil(
      Math.max(answering / 1000 / machines.headroom, hashingCores / (machines.api.cores - 1), 2),
    ),
  }
}

/** What is full when its share reaches 1. */
interface Limit {
  what: string
  share(demand: Demand, costs: Costs): number
  remedy: string
}

const limits: Limit[] = [
  {
    what: 'one primary: indexes and the documents of a day in memory',
    share: ({ workingSetGigabytes }) => workingSetGigabytes / machines.database.gigabytes / machines.headroom,
    remedy: 'shard users by _id',
  },
  {
    what: 'one primary: the disk',
    share: ({ documentsGigabytes, indexesGigabytes }) =>
      (documentsGigabytes + indexesGigabytes) / machines.database.diskGigabytes / machines.headroom,
    remedy: 'shard users by _id',
  },
  {
    what: 'one primary: its cores, for refreshes and reading revocations',
    share: (demand, { cpu }) =>
      (demand.refreshesPerSecond * cpu.refreshInDatabase + feedMs(demand, cpu.revocationReadInDatabase)) /
      1000 /
      machines.database.cores /
      machines.headroom,
    remedy: 'shard users by _id; revocations in a database of their own',
  },
  {
    what: 'one primary: connections',
    share: ({ processes }) =>
      (processes * connectionsOfProcess) / machines.database.connections / machines.headroom,
    remedy: 'fewer connections for each process (maxPoolSize)',
  },
  {
    what: 'each API process: its event loop, for reading revocations',
    share: ({ liveRevocations }, { cpu }) =>
      (liveRevocations * feedReads * cpu.revocationRead) / 1000 / machines.feedShare,
    remedy: 'split users over groups of processes, each with its own feed',
  },
  {
    what: 'each API process: memory, for revocations',
    share: ({ liveRevocations }, { megabytes }) =>
      (megabytes.idle + liveRevocations * megabytes.revocation) / machines.api.megabytes / machines.headroom,
    remedy: 'the same',
  },
]

/** Of a second: what all processes read. */
const feedMs = ({ liveRevocations, processes }: Demand, eachMs: number) =>
  liveRevocations * feedReads * processes * eachMs

/** With how many users a share reaches 1: it only rises with them. */
function fullAt({ share }: Limit, costs: Costs): number {
  let [low, high] = [1, 1e13]
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high)
    if (share(demandOf(middle, costs), costs) < 1) low = middle
    else high = middle
  }
  return high
}

const sum = (parts: Record<string, number>) => Object.values(parts).reduce((total, part) => total + part, 0)

const costs = readCosts()
const sizes = [1e6, 1e8, 1e9]
const demands = sizes.map((users) => demandOf(users, costs))
const rows: [string, ...string[]][] = [
  ['users', ...sizes.map(short)],
  ['refreshes a second, busiest minute', ...demands.map((each) => short(each.refreshesPerSecond))],
  ['protected requests a second', ...demands.map((each) => short(each.protectedPerSecond))],
  ['sign-ins a second', ...demands.map((each) => short(each.signInsPerSecond))],
  ['documents, GB', ...demands.map((each) => short(each.documentsGigabytes))],
  ['indexes, GB', ...demands.map((each) => short(each.indexesGigabytes))],
  ['live revocations', ...demands.map((each) => short(each.liveRevocations))],
  ['cores that hash passwords', ...demands.map((each) => short(each.hashingCores))],
  [`API processes (${machines.api.cores} cores each)`, ...demands.map((each) => short(each.processes))],
]
const width = Math.max(...rows.map(([what]) => what.length))
for (const [what, ...values] of rows)
  console.log(`${what.padEnd(width)} ${values.map((value) => value.padStart(8)).join('')}`)

console.log('\nfull with users  at 1M, 100M, 1B       what, and then')
for (const { limit, users } of limits
  .map((limit) => ({ limit, users: fullAt(limit, costs) }))
  .sort((a, b) => a.users - b.users)) {
  const shares = demands.map((demand) => `${short(limit.share(demand, costs) * 100)} %`.padStart(7))
  console.log(`${short(users).padStart(15)} ${shares.join('')}  ${limit.what} → ${limit.remedy}`)
}

/** Two digits: `1.5M`. */
function short(value: number): string {
  const unit = [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ].find(([size]) => value >= Number(size)) as [number, string] | undefined
  const scaled = value / (unit?.[0] ?? 1)
  return `${Number(scaled.toPrecision(scaled >= 100 ? 3 : 2))}${unit?.[1] ?? ''}`
}
