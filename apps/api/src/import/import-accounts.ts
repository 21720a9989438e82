import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseOutage } from '@latchkey/sessions'
import type { ImportedAccount, ImportedAccounts, ImportOutcome } from '../users/imported-accounts.ts'
import { usernameKey } from '../users/user.model.ts'
import type { EntryRead } from './account-of-entry.ts'
import { createKeySet } from './key-set.ts'
import { type Refusal, type Row, refused } from './refusals.ts'

/** So many share a commit and a round trip. More at once are not faster, and take memory. */
const batchSize = 1000
/**
 * So many are found by any part of a name or an address at once. Parts are two thirds of the database's work, so the others get theirs
 * from a running API (users/search-parts.ts); until then they are found by their beginnings.
 */
const inPartsAtOnce = 1000
const retryMs = 500
const patienceMs = 60_000
const none: ReadonlySet<string> = new Set()

/** How far an import has come. */
export interface Tally {
  entries: number
  imported: number
  /** Those that were there already, from an import before. */
  present: number
  refused: number
  /** Of those imported, whose address nobody has confirmed. */
  unproved: number
  /** Of those imported, who is not found by any part of a name or an address yet. */
  withoutParts: number
  /** Of those imported: the bcrypt cost that takes as long as the costliest hash. */
  costliest: number
  /** How many were refused for each reason. */
  reasons: Map<Refusal['code'], { refusal: Refusal; count: number }>
}

export const newTally = (): Tally => ({
  entries: 0,
  imported: 0,
  present: 0,
  refused: 0,
  unproved: 0,
  withoutParts: 0,
  costliest: 0,
  reasons: new Map(),
})

/** An entry that is not imported. `email` as it stands there, where it is an address. */
export interface Refused {
  line: number
  refusal: Refusal
  email?: string
}

interface Work {
  rows: AsyncIterable<Row[]>
  read(line: number, record: Record<string, unknown>): EntryRead
  accounts: ImportedAccounts
  /** Told of a bcrypt cost that takes as long as a hash, before the first hash is stored that takes it. */
  meetCost(cost: number): Promise<void>
  /** Told of those that are not imported, some at a time. */
  onRefused(refused: readonly Refused[]): Promise<void>
  onProgress(): void
  /** Only says what would come of it. */
  dryRun: boolean
  interruption: AbortSignal
}

interface Batch {
  entries: { line: number; account: ImportedAccount }[]
  refused: Refused[]
}

/**
 * Imports every entry, some at a time: while some are stored, the next are read. `tally` is right after each of
 * them, also when this throws what reading or the database throws. Stops after the batch in which it is interrupted.
 */
export async function importAccounts(tally: Tally, work: Work): Promise<void> {
  const { accounts, interruption } = work
  const foresee = work.dryRun ? foreseeing(accounts) : null
  const inParts = () => tally.entries < inPartsAtOnce
  // Nobody knows at first.
  let isRepeat = true
  let met = 0
  let storing = Promise.resolve()
  try {
    for await (const batch of batchesOf(work)) {
      await storing
      if (interruption.aborted) return
      storing = settle(batch)
      // It is waited for with the next batch; until then nobody else looks at how it went.
      storing.catch(() => {})
    }
  } finally {
    await storing
  }

  async function settle({ entries, refused: refusedEntries }: Batch): Promise<void> {
    const wanted = entries.map(({ account }) => account)
    const outcomes = await outcomesOf(wanted)
    const all = [...refusedEntries]
    for (const [at, { line, account }] of entries.entries()) {
      const outcome = outcomes[at] ?? 'imported'
      if (outcome === 'imported') tally.costliest = Math.max(tally.costliest, account.hashCost)
      if (outcome === 'imported' && !account.emailVerifiedAt) tally.unproved++
      if (outcome === 'imported' && !inParts()) tally.withoutParts++
      if (outcome === 'imported' || outcome === 'present') tally[outcome]++
      else all.push({ line, refusal: refused(outcome), email: account.email })
    }
    for (const { refusal } of all) {
      const reason = tally.reasons.get(refusal.code) ?? { refusal, count: 0 }
      tally.reasons.set(refusal.code, { refusal, count: reason.count + 1 })
    }
    tally.refused += all.length
    tally.entries += entries.length + refusedEntries.length
    await work.onRefused(all.sort((a, b) => a.line - b.line))
    work.onProgress()
  }

  /** Tries again while the database is away, for a while: what is stored meanwhile is recognised. */
  async function outcomesOf(wanted: readonly ImportedAccount[]): Promise<ImportOutcome[]> {
    if (wanted.length === 0) return []
    const until = performance.now() + patienceMs
    let before: ReadonlySet<string> | null = null
    for (let lost = false; ; lost = true) {
      try {
        if (foresee) return await foresee(wanted)
        // Whoever goes on passes over what is there faster by asking than by being refused.
        const there = isRepeat ? await accounts.present(wanted) : none
        before ??= there
        const known = before
        const outcomes = await attempt(wanted, there)
        // Stored by an attempt whose answer was lost.
        const isOurs = ({ _id }: ImportedAccount) => lost && !known.has(_id.toHexString())
        return wanted.map((account, at) => {
          const outcome = outcomes[at] ?? 'imported'
          return outcome === 'present' && isOurs(account) ? 'imported' : outcome
        })
      } catch (error) {
        if (!isDatabaseOutage(error) || interruption.aborted || performance.now() > until) throw error
        await delay(retryMs)
      }
    }
  }

  async function attempt(
    wanted: readonly ImportedAccount[],
    there: ReadonlySet<string>,
  ): Promise<ImportOutcome[]> {
    const isThere = ({ _id }: ImportedAccount) => there.has(_id.toHexString())
    const missing = wanted.filter((account) => !isThere(account))
    await announceCosts(missing)
    const stored = (await accounts.insert(missing, { inParts: inParts() })).values()
    const outcomes = wanted.map((account) =>
      isThere(account) ? 'present' : (stored.next().value ?? 'imported'),
    )
    isRepeat = outcomes.includes('present')
    return outcomes
  }

  /** Of those alone that will be stored: a line that is refused must not make a sign-in slower. */
  async function announceCosts(wanted: readonly ImportedAccount[]): Promise<void> {
    const costs = wanted.map(({ hashCost }) => hashCost)
    if (Math.max(...costs) <= met) return
    const outcomes = await foreseeing(accounts)(wanted)
    const costliest = Math.max(met, ...costs.filter((_, at) => outcomes[at] === 'imported'))
    if (costliest === met) return
    await work.meetCost(costliest)
    met = costliest
  }
}

/** What can be read is imported, whatever stands behind it. */
async function* batchesOf({ rows, read }: Work): AsyncGenerator<Batch> {
  let batch: Batch = { entries: [], refused: [] }
  try {
    for await (const some of rows)
      for (const row of some) {
        const { line } = row
        const entry = 'record' in row ? readSafely(line, row.record) : row
        if ('account' in entry) batch.entries.push({ line, account: entry.account })
        else batch.refused.push({ ...entry, line })
        if (batch.entries.length + batch.refused.length < batchSize) continue
        yield batch
        batch = { entries: [], refused: [] }
      }
  } catch (error) {
    yield batch
    throw error
  }
  yield batch

  /** Whatever somebody put into an entry, it ends no import. */
  function readSafely(line: number, record: Record<string, unknown>): EntryRead {
    try {
      return read(line, record)
    } catch {
      return { refusal: refused('line_broken') }
    }
  }
}

/** What would become of accounts, those of the batches before included. */
function foreseeing(accounts: ImportedAccounts) {
  const emails = createKeySet()
  const usernames = createKeySet()
  return async (wanted: readonly ImportedAccount[]): Promise<ImportOutcome[]> => {
    const outcomes = await accounts.foresee(wanted)
    return outcomes.map((outcome, at) => {
      const account = wanted[at]
      if (outcome !== 'imported' || !account) return outcome
      if (!emails.add(account.emailKey)) return 'email_taken'
      // Who has none in the file gets another.
      const isChosen = account.usernames.length === 1
      return isChosen && !usernames.add(usernameKey(account.usernames[0])) ? 'username_taken' : 'imported'
    })
  }
}
