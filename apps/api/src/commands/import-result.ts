import { type FileHandle, open, unlink } from 'node:fs/promises'
import { isDatabaseOutage } from '@latchkey/sessions'
import type { Config } from '../config.ts'
import type { Refused, Tally } from '../import/import-accounts.ts'
import { refusalSentence } from '../import/refusals.ts'
import { CommandError, count, exitCodeOf, UsageError } from './command.ts'
import { jsonOf, type Output, plain } from './output.ts'

/** So many refused entries are shown where no file takes them. */
const shown = 10
/** Where no line can be written over, it is said now and then how far it is. */
const remarkedEveryMs = 10_000

/** What of a tally is recorded, and answered with `--json`. */
export const factsOf = ({ entries, imported, present, refused, reasons }: Tally) => ({
  ...{ entries, imported, present, refused },
  reasons: Object.fromEntries([...reasons].map(([code, reason]) => [code, reason.count])),
})

/** Says how far an import is: in one line that is written over, or every ten seconds. */
export function progressOn(
  output: Output,
  tally: Tally,
  bytes: { read: number; all: number | null },
): () => void {
  const startedAt = performance.now()
  let remarkedAt = startedAt
  return () => {
    const now = performance.now()
    const seconds = Math.max(0.001, (now - startedAt) / 1000)
    const line = progressLine(tally.entries, seconds, bytes)
    output.progress(line)
    if (output.overwrites || now - remarkedAt < remarkedEveryMs) return
    remarkedAt = now
    output.remark(line)
  }
}

function progressLine(
  entries: number,
  seconds: number,
  { read, all }: { read: number; all: number | null },
): string {
  const sofar = `${entries.toLocaleString('en')} entries, ${Math.round(entries / seconds).toLocaleString('en')} a second`
  if (all === null || read === 0) return sofar
  const share = Math.min(1, read / all)
  const left = Math.ceil((seconds / share) * (1 - share))
  return `${bar(share)} ${String(Math.floor(share * 100)).padStart(3)} %, ${sofar}, about ${count(left, 'second')} left`
}

const barWidth = 20
const bar = (share: number) => '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░')

/**
 * Where refused entries go: to a new file, for its owner alone; without one the first of them are kept to be shown. Throws
 * UsageError when there is such a file: a link may lead to that which is imported.
 */
export async function openReport(path: string | undefined) {
  const file: FileHandle | null = path === undefined ? null : await newFile(path)
  const first: Refused[] = []
  return {
    first,
    async write(refused: readonly Refused[]): Promise<void> {
      if (!file) first.push(...refused.slice(0, shown - first.length))
      else if (refused.length > 0)
        await file.appendFile(refused.map((each) => `${jsonOf(reported(each))}\n`).join(''))
    },
    close: async () => void (await file?.close()),
    /** When nothing was written: the next call can name it again. */
    remove: async () => void (path !== undefined && (await unlink(path).catch(() => {}))),
  }
}

async function newFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UsageError(`There is already a file ${plain(path)}. Name another one with --report.`)
  }
}

const reported = ({ line, refusal, email }: Refused) => ({
  line,
  ...(email !== undefined && { email }),
  reason: refusal.code,
  message: refusalSentence(refusal),
})

interface Result {
  tally: Tally
  dryRun: boolean
  config: Config
  first: readonly Refused[]
}

export function tellResult(output: Output, { tally, dryRun, config, first }: Result): void {
  const { imported, present, reasons, unproved, withoutParts, costliest } = tally
  const [done, will] = dryRun ? ['would be imported', 'would'] : ['imported', 'will']
  for (const { line, refusal, email } of first)
    output.remark(
      `line ${line}${email === undefined ? '' : ` (${plain(email)})`}: ${refusalSentence(refusal)}`,
    )
  output.answer({ dryRun, ...factsOf(tally) }, [
    `${count(imported, 'account')} ${done}.`,
    ...(present > 0 ? [`Passed over, for they were imported before: ${count(present, 'account')}.`] : []),
    ...[...reasons.values()].map(
      (reason) => `Refused: ${count(reason.count, 'line')}. ${refusalSentence(reason.refusal)}`,
    ),
  ])
  const { unverifiedLifetimeSeconds: lifetime } = config.mail
  if (unproved > 0 && lifetime > 0)
    output.remark(
      `Of ${count(unproved, 'account')} nobody has confirmed the address. Where mail is sent, they ${will} be deleted ${count(Math.round(lifetime / 86_400), 'day')} from now unless somebody does, after a reminder (UNVERIFIED_ACCOUNT_EXPIRY).`,
    )
  if (withoutParts > 0)
    output.remark(
      `Administrators ${dryRun ? 'would find' : 'find'} ${count(withoutParts, 'account')} by the beginning of the name or the address at first, and by any part of them once an API that runs has gone through them.`,
    )
  if (costliest > config.password.bcryptCost)
    output.remark(
      `The costliest of these hashes takes as long as bcrypt at cost ${costliest}. So ${will} every sign-in, for its time must not tell who has come from elsewhere (docs/import.md).`,
    )
}

/** Says how far it came and how to go on. What is wrong with the call itself stays what it is. */
export function stoppedBy(error: unknown, { imported, present }: Tally, hasReport: boolean): Error {
  if (error instanceof CommandError) return error
  const why = isDatabaseOutage(error)
    ? 'The database went away.'
    : plain(error instanceof Error ? error.message : String(error))
  const sofar = `${count(imported + present, 'account')} ${imported + present === 1 ? 'is' : 'are'} there`
  return new CommandError(
    `${why.replace(/\.?$/, '.')} ${sofar}; the same command goes on${hasReport ? ', with another --report' : ''}.`,
    exitCodeOf(error),
    { cause: error },
  )
}
