import { setMaxListeners } from 'node:events'
import { parseArgs } from 'node:util'
import { type Database, embeddedDatabase, givenDatabase } from './database.ts'
import { pause } from './device.ts'
import { Fleet } from './fleet.ts'
import { Person } from './person.ts'
import type { Doors } from './probe.ts'
import { Processes } from './processes.ts'
import { installedProxy, type ProxyName, proxyNames, startProxy } from './proxy.ts'
import { Tally } from './tally.ts'

const usage = `Usage: pnpm endurance [--minutes N] [--people N] [--processes N] [--proxy nginx|caddy] [--stop-database]
                     [--database-stop COMMAND --database-start COMMAND]

Several API processes behind a real proxy on one database, under the load of real clients, while processes are ended with
SIGKILL and started again. Fails when anybody is signed out who was not to be, or let in who was not to be any more; and when
something is answered with 500, or a process ends by itself.

  --minutes N         how long; default 10
  --people N          each with two devices of two tabs; default 24
  --processes N       API processes; default 4
  --proxy NAME        default: the one that is installed
  --stop-database     the embedded database is ended with SIGKILL and started again, too, about once a minute
  --database-stop COMMAND, --database-start COMMAND
                      the same for the database at MONGO_URI, by commands of the shell

Without MONGO_URI the database is the embedded one, in a process of its own.`

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    people: { type: 'string', default: '24' },
    processes: { type: 'string', default: '4' },
    proxy: { type: 'string' },
    'stop-database': { type: 'boolean', default: false },
    'database-stop': { type: 'string' },
    'database-start': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const stop = new AbortController()
const processes = new Processes()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  })
// However this ends.
process.on('exit', () => processes.killAll())

// Not when the last timer of the last client has run.
process.exit(flags.help ? tell(usage, 0) : await main())

async function main(): Promise<number> {
  const minutes = Number(flags.minutes)
  const [people, size] = [Number(flags.people), Number(flags.processes)]
  const isProxy = (name: string): name is ProxyName => (proxyNames as readonly string[]).includes(name)
  const { 'database-stop': stopBy, 'database-start': startBy } = flags
  const isSound =
    minutes > 0 &&
    Number.isInteger(people) &&
    people >= 1 &&
    size >= 1 &&
    (!flags.proxy || isProxy(flags.proxy)) &&
    // One without the other, or for a database that is not this one.
    (stopBy === undefined) === (startBy === undefined) &&
    (process.env.MONGO_URI ? !flags['stop-database'] : stopBy === undefined)
  if (!isSound) return tell(usage, 2)
  const tally = new Tally()
  let hasFailed = true
  try {
    const proxy = flags.proxy && isProxy(flags.proxy) ? flags.proxy : installedProxy()
    const server = process.env.MONGO_URI
    const commands = { stop: stopBy, start: startBy }
    const database = server ? givenDatabase(server, commands) : await embeddedDatabase(processes)
    const stops = server ? commands.stop !== undefined : flags['stop-database']
    const fleet = await Fleet.start(processes, {
      mongoUri: database.uri,
      size,
      onCrash: (how) => tally.surprise(how),
    })
    const proxyUrl = await startProxy(processes, proxy, fleet.urls)
    console.log(`${size} API processes behind ${proxy}; database: ${database.name}; ${minutes} minutes`)
    await endure({ minutes, people, tally, fleet, proxyUrl, database, stops })
    hasFailed = tally.failed
    return stop.signal.aborted ? 130 : hasFailed ? 1 : 0
  } catch (error) {
    if (stop.signal.aborted) return 130
    return tell(error instanceof Error ? error.message : String(error), 1)
  } finally {
    const keepFolder = hasFailed && !stop.signal.aborted
    await processes.close({ keepFolder })
    if (keepFolder) console.error(`What the processes wrote is in ${processes.folder}`)
  }
}

interface Run {
  minutes: number
  people: number
  tally: Tally
  fleet: Fleet
  proxyUrl: string
  database: Database
  /** Whether the database is stopped now and then. */
  stops: boolean
}

async function endure({ minutes, people, tally, fleet, proxyUrl, database, stops }: Run): Promise<void> {
  const over = new AbortController()
  const stopping = AbortSignal.any([over.signal, stop.signal])
  // Every pause of everybody listens.
  setMaxListeners(0, stopping)
  const outage = { lastAt: Number.NEGATIVE_INFINITY, isOn: false }
  const doorsOf = (number: number): Doors => ({
    proxyUrl,
    urls: [...fleet.urls, proxyUrl],
    // As if each came from a network of their own.
    address: `10.${1 + (number >> 8)}.${number & 255}.7`,
    tally,
    stopping,
    wasAway: (since) => outage.isOn || outage.lastAt > since,
  })
  const crowd = Array.from({ length: people }, (_, number) => new Person(doorsOf(number)))
  await Promise.all(crowd.map((person) => person.arrive()))

  const startedAt = performance.now()
  const progress = setInterval(() => console.error(tally.line()), 30_000)
  const timer = setTimeout(() => over.abort(), minutes * 60_000)
  const gremlins = [killProcesses(), ...(stops ? [stopDatabase()] : [])]
  await Promise.all([...crowd.map((person) => person.live()), ...gremlins])
  clearTimeout(timer)
  clearInterval(progress)
  if (!stop.signal.aborted) {
    await fleet.mend()
    await Promise.all(crowd.map((person) => person.leave()))
  }
  console.log(tally.report((performance.now() - startedAt) / 1000))

  async function killProcesses(): Promise<void> {
    while (!stopping.aborted) {
      await pause(2000 + Math.random() * 5000, stopping)
      const victim = fleet.urls[Math.floor(Math.random() * fleet.urls.length)]
      if (stopping.aborted || !victim) return
      tally.kills++
      await fleet.kill(victim)
      await pause(Math.random() * 1500, stopping)
      await fleet.launch(victim, stopping)
    }
  }

  async function stopDatabase(): Promise<void> {
    while (!stopping.aborted) {
      await pause(40_000 + Math.random() * 20_000, stopping)
      if (stopping.aborted) return
      tally.databaseStops++
      outage.isOn = true
      await database.stop()
      await pause(3000 + Math.random() * 9000, stopping)
      await database.start()
      outage.isOn = false
      outage.lastAt = performance.now()
    }
  }
}

function tell(text: string, code: number): number {
  console.error(text)
  return code
}
