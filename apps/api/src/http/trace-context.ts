import { randomFillSync } from 'node:crypto'

/** The place of a request in a trace (W3C Trace Context, level 2): ids in lower-case hex, 16 and 8 bytes. */
export interface Trace {
  readonly traceId: string
  /** Ours: what this request calls has it as its parent. */
  readonly spanId: string
  readonly flags: string
}

const version = '00'
/** Nobody decided to record it, and its id is random (§3.2.2.5.2). */
const newTraceFlags = '02'
/** `sampled` and `random`. Others mean nothing yet and are not passed on. */
const knownFlags = 0x03
const longest = 512

/**
 * The trace that a request belongs to: that of its `traceparent` if it is well-formed (§3.2.2), with a span of our own, else
 * a new one.
 */
export function traceOf(traceparent: unknown): Trace {
  const given = typeof traceparent === 'string' ? parse(traceparent) : null
  if (given) return { ...given, spanId: randomHex(8) }
  const ids = randomHex(24)
  return { traceId: ids.slice(0, 32), spanId: ids.slice(32), flags: newTraceFlags }
}

/** What to send along with a call that is made for this request. */
export const traceparentOf = ({ traceId, spanId, flags }: Trace): string =>
  `${version}-${traceId}-${spanId}-${flags}`

/** Null for what the standard calls invalid. A later version may have more at its end, which is ignored (§4.3). */
function parse(text: string): Pick<Trace, 'traceId' | 'flags'> | null {
  if (text.length > longest) return null
  const [, given, traceId = '', parentId = '', flags = '', rest] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text) ?? []
  if (given === undefined || given === 'ff' || (given === version && rest !== undefined)) return null
  if (isZero(traceId) || isZero(parentId)) return null
  return { traceId, flags: (Number.parseInt(flags, 16) & knownFlags).toString(16).padStart(2, '0') }
}

const isZero = (id: string) => /^0+$/.test(id)

/** Random bytes are asked of the system by the page, for each request needs some. */
const pool = Buffer.alloc(8160)
let used = pool.length

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
