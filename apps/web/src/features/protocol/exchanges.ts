import type { AuthLogEntry } from '@latchkey/auth-client'

/** Whose log it was: this page's, or that of the second client which stands for another tab. */
export type Sender = 'first' | 'second'

/** A request with its answer. Times are milliseconds on the clock of this page. */
export interface Exchange {
  id: string
  sender: Sender
  /** The same for a call and its replays. */
  call: string
  /** "GET /api/protected" */
  line: string
  isRefresh: boolean
  isReplay: boolean
  sentAtMs: number
  /** Null: still under way. */
  tookMs: number | null
  /** Null: under way, or ended without an answer. */
  status: number | null
  /** Of a refresh: the session's generation in the readable cookie, before and after. */
  generation: number | null
  nextGeneration: number | null
  /** Of a refresh in development: what the API says that it did. */
  outcome: Outcome | null
}

export interface Outcome {
  what: 'rotated' | 'answered'
  tookMs: number
}

/** Something that the client did without a request. */
export interface Remark {
  id: string
  sender: Sender
  atMs: number
  text: string
}

/** Exchanges that belong together: calls that were refused, the refresh they waited for, and what was sent again. */
export interface Group {
  id: string
  exchanges: Exchange[]
  remarks: Remark[]
  startMs: number
  /** Null: under way. */
  tookMs: number | null
  /** A call that the page made for its own sake, without a refresh. */
  isNoise: boolean
}

/** A refresh waits for the tabs' lock and a signature before it is sent. */
const refreshFollowsMs = 500

interface Log {
  sender: Sender
  entries: readonly AuthLogEntry[]
}

/** Oldest first. */
export function groupsOf(logs: readonly Log[]): Group[] {
  const exchanges = logs.flatMap(exchangesOf).toSorted((a, b) => a.sentAtMs - b.sentAtMs)
  const remarks = logs.flatMap(remarksOf)
  return joined(threadsOf(exchanges))
    .map((parts) => groupOf(parts, remarks))
    .toSorted((a, b) => a.startMs - b.startMs)
}

function exchangesOf({ sender, entries }: Log): Exchange[] {
  const open = new Map<number, Exchange>()
  const all: Exchange[] = []
  for (const { id, kind, atMs, exchange } of entries) {
    if (!exchange) continue
    const { call, line, status, generation = null, timing } = exchange
    if (status === undefined) {
      const begun: Exchange = {
        id: `${sender}-${id}`,
        sender,
        call: `${sender}-${call}`,
        line,
        isRefresh: kind === 'refresh',
        isReplay: kind === 'replay',
        sentAtMs: atMs,
        tookMs: null,
        status: null,
        generation,
        nextGeneration: null,
        outcome: null,
      }
      open.set(call, begun)
      all.push(begun)
      continue
    }
    const ended = open.get(call)
    // The log keeps so many entries and no more: of the oldest it may have the answer alone.
    if (!ended) continue
    open.delete(call)
    Object.assign(ended, {
      tookMs: atMs - ended.sentAtMs,
      status,
      nextGeneration: generation,
      outcome: outcomeIn(timing),
    })
  }
  return all
}

function outcomeIn(timing: string | undefined): Outcome | null {
  const [, what, tookMs] = /(?:^|,\s*)(rotated|answered);dur=([\d.]+)/.exec(timing ?? '') ?? []
  return what === 'rotated' || what === 'answered' ? { what, tookMs: Number(tookMs) } : null
}

function remarksOf({ sender, entries }: Log): Remark[] {
  return entries.flatMap(({ id, kind, atMs, message, exchange }) => {
    const isTold = !exchange && (kind === 'retry' || kind === 'refreshed')
    return isTold ? [{ id: `${sender}-${id}`, sender, atMs, text: message }] : []
  })
}

/** All that was sent for one call, or one refresh. */
type Thread = Exchange[]

function threadsOf(exchanges: Exchange[]): Thread[] {
  const threads = new Map<string, Thread>()
  for (const exchange of exchanges) {
    const thread = threads.get(exchange.call)
    if (thread) thread.push(exchange)
    else threads.set(exchange.call, [exchange])
  }
  return [...threads.values()]
}

/** Threads that have to do with each other, put together. */
function joined(threads: Thread[]): Thread[][] {
  const groups = new Map<Thread, Thread[]>(threads.map((thread) => [thread, [thread]]))
  for (const [index, one] of threads.entries())
    for (const other of threads.slice(index + 1)) {
      if (!areAtOnce(one, other) && !belongTogether(one, other) && !belongTogether(other, one)) continue
      const [into, from] = [groups.get(one), groups.get(other)]
      if (!into || !from || into === from) continue
      into.push(...from)
      for (const thread of from) groups.set(thread, into)
    }
  return [...new Set(groups.values())]
}

/** The same call, several times: one story from the start, so that no refresh that they share has to move them together. */
function areAtOnce(one: Thread, another: Thread): boolean {
  const [first] = one
  const [other] = another
  if (!first || !other || first.isRefresh || first.line !== other.line) return false
  return first.sentAtMs <= endOf(another) && other.sentAtMs <= endOf(one)
}

function belongTogether(thread: Thread, refresh: Thread): boolean {
  const [first] = thread
  const [other] = refresh
  if (!first || !other?.isRefresh) return false
  if (first.isRefresh) return isRetryOf(first, other)
  // It was refused, and the new token for which it waits or waited came of a refresh that was under way meanwhile.
  const wasRefused = thread.some(({ status, isReplay }) => status === 401 || isReplay)
  const isWaiting = thread.every(({ status, isReplay }) => status === 401 && !isReplay)
  const untilMs = endOf(thread) + (isWaiting ? refreshFollowsMs : 0)
  return wasRefused && first.sentAtMs <= endOf(refresh) && other.sentAtMs <= untilMs
}

/**
 * The next try of the same client, after one that may have been lost. Nothing but the cookie's word stands against
 * it.
 */
function isRetryOf(failed: Exchange, next: Exchange): boolean {
  const isOpen = failed.tookMs !== null && (failed.status === null || failed.status >= 429)
  return (
    isOpen &&
    failed.sender === next.sender &&
    failed.generation === next.generation &&
    next.sentAtMs >= failed.sentAtMs
  )
}

const endOf = (thread: Thread): number =>
  Math.max(...thread.map(({ sentAtMs, tookMs }) => sentAtMs + (tookMs ?? Number.POSITIVE_INFINITY)))

function groupOf(threads: Thread[], remarks: Remark[]): Group {
  const exchanges = threads.flat().toSorted((a, b) => a.sentAtMs - b.sentAtMs)
  const startMs = Math.min(...exchanges.map(({ sentAtMs }) => sentAtMs))
  const endMs = endOf(exchanges)
  const senders = new Set(exchanges.map(({ sender }) => sender))
  const hasRefresh = exchanges.some(({ isRefresh }) => isRefresh)
  return {
    id: exchanges[0]?.id ?? '',
    exchanges,
    remarks: remarks.filter(
      ({ sender, atMs }) => hasRefresh && senders.has(sender) && atMs >= startMs && atMs <= endMs,
    ),
    startMs,
    tookMs: Number.isFinite(endMs) ? endMs - startMs : null,
    isNoise: exchanges.every(({ isRefresh, line }) => !isRefresh && !line.endsWith('/protected')),
  }
}

/** Exchanges of a group that are alike, shown as one: five calls that were all refused. */
export interface Row {
  id: string
  /** The first of them. */
  exchange: Exchange
  count: number
  /** Of those that have ended; null while none has. */
  shortestMs: number | null
  longestMs: number | null
}

/** What is under way stands with its like, so that rows do not come and go. */
export function rowsOf({ exchanges }: Pick<Group, 'exchanges'>): Row[] {
  const rows: Row[] = []
  for (const exchange of exchanges.toSorted(
    (a, b) => Number(a.tookMs === null) - Number(b.tookMs === null),
  )) {
    const { id, tookMs } = exchange
    const row = rows.find((each) => isLike(each.exchange, exchange))
    if (!row) rows.push({ id, exchange, count: 1, shortestMs: tookMs, longestMs: tookMs })
    else {
      row.count += 1
      row.shortestMs = Math.min(
        row.shortestMs ?? Number.POSITIVE_INFINITY,
        tookMs ?? Number.POSITIVE_INFINITY,
      )
      row.longestMs = Math.max(row.longestMs ?? 0, tookMs ?? 0)
    }
  }
  return rows.toSorted((a, b) => a.exchange.sentAtMs - b.exchange.sentAtMs)
}

function isLike(shown: Exchange, other: Exchange): boolean {
  if (shown.isRefresh || other.isRefresh) return false
  const isSame =
    shown.sender === other.sender && shown.line === other.line && shown.isReplay === other.isReplay
  return isSame && (other.tookMs === null || shown.status === other.status)
}
