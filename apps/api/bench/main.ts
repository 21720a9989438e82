import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chart } from './chart.ts'
import { Lab, root } from './lab.ts'
import { watchOthers } from './others.ts'
import { machine, type Report, readReport, regressions, table } from './report.ts'
import { merged, type Row, type Skipped } from './row.ts'
import { bulk } from './scenarios/bulk.ts'
import { flood } from './scenarios/flood.ts'
import { interactions } from './scenarios/interactions.ts'
import { memory } from './scenarios/memory.ts'
import { protectedRoute } from './scenarios/protected.ts'
import { refresh } from './scenarios/refresh.ts'
import { revocation } from './scenarios/revocation.ts'
import { signIn } from './scenarios/sign-in.ts'
import { start } from './scenarios/start.ts'
import { web } from './scenarios/web.ts'

const usage = `Usage: pnpm bench [--full] [--check] [--only NAME,…] [--rounds N] [--seconds N]
  --full   a million users in the database instead of 100,000, and a million imported; repeats
           nothing after ten minutes instead of five
  --check  write nothing; fail when a ratio is worse than the committed one by more than a fifth
  --only   some of: protected, sign-in, flood, refresh, web, start, revocation, bulk, memory,
           interactions; writes nothing`

const committed = { json: join(root, 'docs/bench.json'), svg: join(root, 'docs/bench.svg') }

const { values: flags } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
const size = {
  rounds: Number(flags.rounds),
  seconds: Number(flags.seconds),
  manyUsers: flags.full ? 1_000_000 : 100_000,
}
const limitSeconds = flags.full ? 600 : 300
/** Less is not enough for any scenario. */
const leastSeconds = 20
const scenarios: Record<string, (lab: Lab, how: typeof size) => Promise<(Row | Skipped)[]>> = {
  protected: protectedRoute,
  'sign-in': signIn,
  flood,
  refresh,
  web: (lab) => web(lab, { rounds: 3 }),
  start,
  revocation,
  bulk,
  memory: (lab) => memory(lab, { rounds: 2 }),
  // Through all pages.
  interactions: (lab) => interactions(lab, { rounds: 1 }),
}

let hasFailed = false

/** What a scenario has come to, over all times that it ran. */
interface Result {
  rows: (Row | Skipped)[]
  times: number
  /** Of the last time. */
  seconds: number
}

async function main(): Promise<number> {
  const names = flags.only?.split(',') ?? Object.keys(scenarios)
  if (names.some((name) => !scenarios[name])) return tell(usage)
  const lab = new Lab()
  process.once('SIGINT', () => void lab.close().then(() => process.exit(130)))
  const report: Report = {
    machine: machine(),
    others: [],
    database: lab.databaseName,
    takenAt: new Date().toISOString().slice(0, 10),
    seconds: 0,
    rows: [],
  }
  const startedAt = performance.now()
  const others = watchOthers()
  try {
    report.rows = await run(names, lab, () => {
      others.look()
      return limitSeconds - (performance.now() - startedAt) / 1000
    })
  } finally {
    await lab.close()
  }
  report.others = others.named()
  report.seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(table(report))

  if (hasFailed) return 1
  if (flags.check) {
    const worse = regressions(report.rows, readReport(committed.json).rows)
    for (const line of worse) console.error(`worse than committed: ${line}`)
    return worse.length > 0 ? 1 : 0
  }
  if (flags.only) return 0
  writeFileSync(committed.json, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(committed.svg, chart(report))
  return 0
}

/** Each scenario once, and then, as long as there is time, again those with a row that may turn out otherwise. */
async function run(names: string[], lab: Lab, secondsLeft: () => number): Promise<Result['rows']> {
  const results = new Map<string, Result>()
  for (const name of names)
    if (secondsLeft() > leastSeconds) await measure(name)
    else
      results.set(name, {
        rows: [{ id: name, what: name, skipped: 'no time was left' }],
        times: 0,
        seconds: 0,
      })
  for (;;) {
    const left = secondsLeft()
    const [again] = [...results]
      .filter(([, { rows, seconds }]) => seconds < left && mayTurnOutOtherwise(rows))
      .sort(([, a], [, b]) => a.times - b.times)
    if (!again) return names.flatMap((name) => results.get(name)?.rows ?? [])
    await measure(again[0])
  }

  async function measure(name: string): Promise<void> {
    const scenario = scenarios[name] as (typeof scenarios)[string]
    const before = results.get(name)
    const began = performance.now()
    const rows = await scenario(lab, size).catch((error: unknown) => {
      // The others may go on; nothing is written.
      hasFailed = true
      console.error(error)
      return [{ id: name, what: name, skipped: 'it failed' }]
    })
    const seconds = (performance.now() - began) / 1000
    results.set(name, {
      rows: before ? merged(before.rows, rows) : rows,
      times: (before?.times ?? 0) + 1,
      seconds,
    })
    console.error(`${name}: ${seconds.toFixed(0)} s${before ? ', again' : ''}`)
  }
}

/** Against the limits, or, where the question is whether something has become worse, against the committed run. */
const mayTurnOutOtherwise = (rows: Result['rows']): boolean =>
  flags.check
    ? regressions(rows, readReport(committed.json).rows).length > 0
    : rows.some((each) => 'isOpen' in each && each.isOpen)

function tell(text: string): number {
  console.error(text)
  return 2
}

process.exitCode = flags.help ? tell(usage) : await main()
