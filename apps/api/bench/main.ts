import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chart } from './chart.ts'
import { Lab, root } from './lab.ts'
import { machine, type Report, regressions, table } from './report.ts'
import type { Row, Skipped } from './row.ts'
import { flood } from './scenarios/flood.ts'
import { memory } from './scenarios/memory.ts'
import { protectedRoute } from './scenarios/protected.ts'
import { refresh } from './scenarios/refresh.ts'
import { revocation } from './scenarios/revocation.ts'
import { signIn } from './scenarios/sign-in.ts'
import { start } from './scenarios/start.ts'
import { web } from './scenarios/web.ts'

const usage = `Usage: pnpm bench [--full] [--check] [--only NAME,…] [--rounds N] [--seconds N]
  --full   a million users in the database instead of 200,000
  --check  write nothing; fail when a ratio is worse than the committed one by more than a fifth
  --only   some of: protected, sign-in, flood, refresh, revocation, memory, web, start; writes nothing`

const committed = { json: join(root, 'docs/bench.json'), svg: join(root, 'docs/bench.svg') }

const { values: flags } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '1.5' },
    help: { type: 'boolean', default: false },
  },
})
const size = {
  rounds: Number(flags.rounds),
  seconds: Number(flags.seconds),
  manyUsers: flags.full ? 1_000_000 : 200_000,
}
const scenarios: Record<string, (lab: Lab, how: typeof size) => Promise<(Row | Skipped)[]>> = {
  protected: protectedRoute,
  'sign-in': signIn,
  flood,
  refresh,
  revocation,
  memory: (lab) => memory(lab, { rounds: 2 }),
  web: (lab) => web(lab, { rounds: 3 }),
  start,
}

process.exitCode = flags.help ? tell(usage) : await main()

async function main(): Promise<number> {
  const names = flags.only?.split(',') ?? Object.keys(scenarios)
  const lab = new Lab()
  process.once('SIGINT', () => void lab.close().then(() => process.exit(130)))
  const startedAt = performance.now()
  const report: Report = {
    machine: machine(),
    database: '',
    takenAt: new Date().toISOString().slice(0, 10),
    seconds: 0,
    rows: [],
  }
  try {
    report.database = lab.databaseName
    for (const name of names) {
      const scenario = scenarios[name]
      if (!scenario) return tell(usage)
      const began = performance.now()
      report.rows.push(...(await scenario(lab, size)))
      console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
    }
  } finally {
    await lab.close()
  }
  report.seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(table(report))

  if (flags.check) {
    const worse = regressions(report, committed.json)
    for (const line of worse) console.error(`worse than committed: ${line}`)
    return worse.length > 0 ? 1 : 0
  }
  if (flags.only) return 0
  writeFileSync(committed.json, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(committed.svg, chart(report))
  return 0
}

function tell(text: string): number {
  console.error(text)
  return 2
}
