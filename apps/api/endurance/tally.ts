import { quantile } from '../bench/rounds.ts'

/** Which exchanges are told apart. */
const kinds = ['protected', 'refresh', 'sign-in', 'other'] as const
type Kind = (typeof kinds)[number]

/** Answers that pass by themselves: the proxy found nobody, the API has no database, or too much was asked. */
const passing = new Set([429, 502, 503, 504])

/** Everything that a run counts. */
export class Tally {
  private readonly milliseconds: Record<Kind, number[]> = {
    protected: [],
    refresh: [],
    'sign-in': [],
    other: [],
  }
  private readonly unexpected = new Map<string, number>()
  private readonly lost: string[] = []
  private readonly wrong: string[] = []
  private readonly afterEnds: number[] = []
  requests = 0
  refreshes = 0
  broken = 0
  unavailable = 0
  answersLost = 0
  opened = 0
  ended = 0
  passwordChanges = 0
  probes = 0
  copies = 0
  kills = 0
  databaseStops = 0

  /** One exchange. `status` null: the connection broke off. */
  exchange(path: string, status: number | null, milliseconds: number): void {
    this.requests++
    if (status === null) this.broken++
    else if (passing.has(status)) this.unavailable++
    else {
      this.milliseconds[kindOf(path)].push(milliseconds)
      if (status >= 500) this.surprise(`${path} was answered with ${status}`)
    }
    if (path === '/api/refresh-token' && status === 200) this.refreshes++
  }

  /** What should not be, and yet nobody is signed out or let in by: an answer of 500, a process that ended by itself. */
  surprise(what: string): void {
    this.unexpected.set(what, (this.unexpected.get(what) ?? 0) + 1)
  }

  lostSession(how: string): void {
    this.lost.push(how)
  }

  wrongAdmission(how: string): void {
    this.wrong.push(how)
  }

  /** An access token still opened something so long after its session had ended. */
  admittedAfterEnd(milliseconds: number): void {
    this.afterEnds.push(milliseconds)
  }

  get failed(): boolean {
    return this.lost.length > 0 || this.wrong.length > 0 || this.unexpected.size > 0
  }

  line(): string {
    return `${this.requests} requests, ${this.refreshes} refreshes, ${this.kills} kills, ${this.ended} sessions ended, ${this.lost.length} lost, ${this.wrong.length} wrongly admitted`
  }

  report(seconds: number): string {
    const rows: [string, string][] = [
      ['requests', `${this.requests} (${Math.round(this.requests / seconds)}/s)`],
      ['refreshes', String(this.refreshes)],
      ['answers lost on purpose', String(this.answersLost)],
      ['broken off, or 429, 502, 503, 504', `${this.broken}, ${this.unavailable}`],
      ['API processes killed with SIGKILL', String(this.kills)],
      ['stops of the database', String(this.databaseStops)],
      ['sessions opened, ended', `${this.opened}, ${this.ended}`],
      ['passwords changed', String(this.passwordChanges)],
      ['tries with the tokens of ended sessions', String(this.probes)],
      ['tries with copied cookies', String(this.copies)],
      ...kinds.map((kind): [string, string] => [`${kind}, p50 and p99`, this.times(kind)]),
      [
        'latest admission after a session had ended',
        this.afterEnds.length === 0 ? 'none' : `${Math.round(Math.max(...this.afterEnds))} ms`,
      ],
      ['lost sessions', String(this.lost.length)],
      ['wrong admissions', String(this.wrong.length)],
    ]
    const width = Math.max(...rows.map(([what]) => what.length))
    return [
      ...rows.map(([what, value]) => `${what.padEnd(width)}  ${value}`),
      ...this.lost.map((how) => `LOST: ${how}`),
      ...this.wrong.map((how) => `WRONGLY ADMITTED: ${how}`),
      ...[...this.unexpected].map(([what, times]) => `unexpected: ${what} (${times} times)`),
    ].join('\n')
  }

  private times(kind: Kind): string {
    const all = this.milliseconds[kind]
    if (all.length === 0) return '–'
    return `${quantile(all, 0.5).toFixed(1)} ms, ${quantile(all, 0.99).toFixed(1)} ms of ${all.length}`
  }
}

function kindOf(path: string): Kind {
  if (path === '/api/protected') return 'protected'
  if (path === '/api/refresh-token') return 'refresh'
  return path === '/api/login' || path === '/api/register' ? 'sign-in' : 'other'
}
