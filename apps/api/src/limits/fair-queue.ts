import { AuthError } from '@latchkey/contracts/server'

export interface Whom {
  /**
   * Those that a piece of work is for, from the widest to the narrowest: strangers or known people, the networks of an
   * address, and an account.
   */
  groups: readonly string[]
  /** Whether nobody waits for it any longer. */
  isGone: () => boolean
  /** Told when it is not done for that. */
  onDropped?: (() => void) | undefined
}

interface Settings {
  /** Pieces of work at a time. */
  atOnce: number
  /** How many may wait: of one account, of it and those that stand beside it, and altogether. */
  room: { account: number; neighbours: number; total: number }
  /** Told of each piece of work when its turn comes: how long it waited. */
  onTurn?: ((waitedMs: number) => void) | undefined
  /** Told of each that is refused. */
  onRefused?: (() => void) | undefined
}

/**
 * Lets groups take turns, and within each its parts, down to the single account. Whoever has had no turn yet goes before
 * those who have: however much one of them asks for, another waits for no more than what is under way. Where there is no
 * room left, whoever asks for most is refused first.
 */
export function createFairQueue({ atOnce, room, onTurn, onRefused }: Settings) {
  const everybody = new Group('', null)

  return {
    /** How many wait for their turn. */
    get waiting() {
      return everybody.waiting
    },

    /** How many are worked on. */
    get running() {
      return everybody.running
    },

    /**
     * Does a piece of work when it is its turn, unless nobody waits for it by then. Throws AuthError `overloaded` if it is
     * not done.
     */
    run<T>({ groups, isGone, onDropped }: Whom, work: () => Promise<T>): Promise<T> {
      return new Promise<T>((done, failed) => {
        const last = groups.reduce((group, name) => group.child(name), everybody)
        const cameAt = performance.now()
        last.add({
          isGone,
          start: async () => {
            onTurn?.(performance.now() - cameAt)
            await work().then(done, failed)
          },
          refuse: () => {
            if (isGone()) onDropped?.()
            else onRefused?.()
            failed(new AuthError('overloaded', { retryAfterSeconds: 5 }))
          },
        })
        const beside = last.parent ?? last
        if (last.waiting > room.account) refuseOne(last, last)
        else if (beside.waiting > room.neighbours) refuseOne(beside, last)
        else if (everybody.waiting > room.total) refuseOne(everybody, last)
        startNext()
      })
    },
  }

  function startNext(): void {
    while (everybody.running < atOnce && everybody.waiting > 0) {
      let turn = everybody
      for (let next = turn.next(); next; next = turn.next()) turn = next
      const ended = turn.begin()
      void ended?.then(() => {
        turn.end()
        startNext()
      })
    }
  }
}

/** Refuses whoever is gone, or the latest arrival in the group that asks for most; in a tie, the newcomer. */
function refuseOne(from: Group, newcomer: Group): void {
  if (from.dropOne()) return
  let most = from
  for (let next = most.heaviest(newcomer); next; next = most.heaviest(newcomer)) most = next
  most.refuseLast()
}

interface Job {
  isGone(): boolean
  start(): Promise<void>
  refuse(): void
}

/** Those who wait together: an account, an address with its accounts, a network with its addresses, and so on. */
class Group {
  waiting = 0
  running = 0
  /** Since it began to wait. */
  private hadTurn = false
  readonly parent: Group | null
  private readonly name: string
  private readonly children = new Map<string, Group>()
  private readonly jobs: Job[] = []

  constructor(name: string, parent: Group | null) {
    this.name = name
    this.parent = parent
  }

  child(name: string): Group {
    const known = this.children.get(name)
    if (known) return known
    const child = new Group(name, this)
    this.children.set(name, child)
    return child
  }

  add(job: Job): void {
    this.jobs.push(job)
    for (const group of this.line()) group.waiting++
  }

  /**
   * Whose turn it is: somebody who has had none yet, then whoever is worked for least at the moment, and of those who
   * has waited for a turn longest.
   */
  next(): Group | undefined {
    let best: Group | undefined
    for (const child of this.children.values())
      if (child.waiting > 0 && (!best || child.comesBefore(best))) best = child
    return best
  }

  private comesBefore(other: Group): boolean {
    const [fresh, otherFresh] = [this.isFresh(), other.isFresh()]
    return fresh === otherFresh ? this.running < other.running : fresh
  }

  /** Of the widest groups, which are nobody's own, it is those in them who count. */
  private isFresh(): boolean {
    if (this.parent?.parent) return !this.hadTurn
    for (const child of this.children.values()) if (child.waiting > 0 && !child.hadTurn) return true
    return false
  }

  /** Who has most waiting; among equals the newcomer, or who came last. */
  heaviest(newcomer: Group): Group | undefined {
    const own = new Set(newcomer.line())
    let most: Group | undefined
    for (const child of this.children.values()) {
      if (child.waiting === 0) continue
      if (!most || child.waiting > most.waiting || (child.waiting === most.waiting && !own.has(most)))
        most = child
    }
    return most
  }

  /** Starts the first who waits here, or sends it away if it is gone. Resolves when the work is done. */
  begin(): Promise<void> | undefined {
    const job = this.jobs.shift()
    if (job?.isGone()) return this.refuse(job)
    for (const group of this.line()) {
      group.waiting--
      group.running++
      group.hadTurn = true
    }
    return job?.start()
  }

  /** Whoever had a turn is behind those who wait for one. */
  end(): void {
    for (const group of this.line()) {
      group.running--
      group.parent?.children.delete(group.name)
      if (!group.isEmpty()) group.parent?.children.set(group.name, group)
    }
  }

  /** Sends away somebody who is gone. False: nobody is. */
  dropOne(): boolean {
    const at = this.jobs.findIndex((job) => job.isGone())
    const [gone] = at < 0 ? [] : this.jobs.splice(at, 1)
    if (gone) this.refuse(gone)
    return !!gone || [...this.children.values()].some((child) => child.dropOne())
  }

  refuseLast(): void {
    const job = this.jobs.pop()
    if (job) this.refuse(job)
  }

  /** One that waits here no longer. */
  private refuse(job: Job): undefined {
    job.refuse()
    for (const group of this.line()) {
      group.waiting--
      if (group.isEmpty()) group.parent?.children.delete(group.name)
    }
  }

  private isEmpty(): boolean {
    return this.waiting === 0 && this.running === 0
  }

  /** This group and those around it, the widest last. */
  private *line(): Generator<Group> {
    for (let group: Group | null = this; group; group = group.parent) yield group
  }
}
