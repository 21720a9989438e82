import { Binary, Timestamp } from 'bson'
import { ServerError } from './errors.ts'
import type { Moment, Store } from './storage/store.ts'
import { type Document, isDocument, type Maybe } from './values/types.ts'

/** LMDB has room for 126 readers, and each keeps pages from being used again. */
const most = 8
/** As for cursors. */
const idleMs = 10 * 60 * 1000

/** A read of one moment: which session asks, and for which moment. Without a time: for the present one. */
interface SnapshotRead {
  session: string
  time: Timestamp | undefined
}

/**
 * What a command asks for with `readConcern: { level: 'snapshot' }`; undefined when it does not. The driver
 * sends it in sessions with `snapshot: true`, and from the second read on with the time that the first was
 * answered with.
 * @throws ServerError `InvalidOptions` (72) outside a session
 */
export function snapshotAskedFor(body: Document): SnapshotRead | undefined {
  const concern = body.get('readConcern')
  if (!isDocument(concern) || concern.get('level') !== 'snapshot') return undefined
  const session = sessionIn(body.get('lsid'))
  if (session === undefined)
    throw new ServerError('InvalidOptions', 'readConcern level snapshot needs a session')
  const time = concern.get('atClusterTime')
  return { session, time: time instanceof Timestamp ? time : undefined }
}

export interface Snapshot {
  readonly moment: Moment
  readonly time: Timestamp
  /** For whoever reads on: what nobody uses is forgotten. */
  usedAt: number
}

/** The id of a session in hex; undefined where none is named. */
export function sessionIn(lsid: Maybe): string | undefined {
  const id = isDocument(lsid) ? lsid.get('id') : undefined
  return id instanceof Binary ? id.toString('hex') : undefined
}

/** Moments that sessions read, one for each session, until it ends or reads no more. */
export class Snapshots {
  private readonly store: Store
  private readonly open = new Map<string, Snapshot>()
  private taken = 0

  constructor(store: Store) {
    this.store = store
  }

  /**
   * @throws ServerError `SnapshotTooOld` (239) when it is kept no more, `SnapshotUnavailable` (246) when too
   * many are.
   */
  read({ session, time }: SnapshotRead): Snapshot {
    this.forgetIdle()
    const known = this.open.get(session)
    if (time !== undefined) {
      if (!known?.time.equals(time)) throw new ServerError('SnapshotTooOld', 'this snapshot is kept no more')
      known.usedAt = Date.now()
      return known
    }
    this.release(session)
    if (this.open.size >= most)
      throw new ServerError('SnapshotUnavailable', `${most} snapshots are being read already`)
    this.taken += 1
    const seconds = Math.floor(Date.now() / 1000)
    const taken = {
      moment: this.store.moment(),
      time: new Timestamp({ t: seconds, i: this.taken }),
      usedAt: Date.now(),
    }
    this.open.set(session, taken)
    return taken
  }

  release(session: string): void {
    this.open.get(session)?.moment.done()
    this.open.delete(session)
  }

  releaseAll(): void {
    for (const session of [...this.open.keys()]) this.release(session)
  }

  /** Whoever was killed never ends its session, and the store keeps for it what is deleted. Call it now and then. */
  forgetIdle(): void {
    const limit = Date.now() - idleMs
    for (const [session, { usedAt }] of [...this.open]) if (usedAt < limit) this.release(session)
  }
}
