import type { Session } from '@latchkey/sessions'
import type { TestApi } from '../support/api.ts'
import type { LockOwner } from '../support/refresh-lock.ts'

/** One refresh as it reaches the server. */
export interface Presentation {
  from: 'client' | 'thief'
  refreshToken: string
  headers: Record<string, string>
  /** The generation whose key it shows, for the session that the key belongs to. */
  key: { sessionId: string; generation: number } | null
  node: TestApi
  /** The database fails under this request: before it has done what was asked, or after. */
  outage: 'before' | 'after' | null
}

export interface Answer {
  presentation: Presentation
  status: number
  /** The problem's code; `ok` for tokens. */
  code: string
  /** The generation that a `refresh_token_locked` names. */
  generation: number | null
  retryAfter: string | null
  setCookies: string[]
  refreshToken: string | null
  accessToken: string | null
}

export interface RefreshClaims {
  sid: string
  gen: number
  /** Seconds since 1970. */
  exp: number
}

/** What was seen of one session. Everything but `stored` comes from outside the server. */
export interface SessionRecord {
  id: string
  name: string
  /** Null: unbound. */
  owner: LockOwner | null
  absoluteExpiresAt: number
  refreshTokens: Map<number, string>
  accessTokens: string[]
  /** When a generation was used up, by the clock. */
  consumedAt: Map<number, number>
  /** How it ended and which node ended it, once it has. */
  end: { how: 'reused' | 'signed out' | 'revoked'; node: TestApi } | null
  /** Whether a copy of it was refused for want of the key. */
  copyRefused: boolean
  /** Whether its own browser showed the key of another cookie than it sent, which looks like a copy. */
  looksCopied: boolean
}

export type Stored = Map<string, Session>

/** A property of the protocol that a history broke. The message begins with the invariant's number. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant'
}

interface Rules {
  idleSeconds: number
  maxAgeSeconds: number
  leewaySeconds: number
  remembered: number
}

const endings = new Set(['refresh_token_revoked', 'refresh_token_expired'])

export const claimsOf = (refreshToken: string): RefreshClaims =>
  JSON.parse(Buffer.from(refreshToken.split('.')[1] ?? '', 'base64url').toString())

/**
 * Everything that was issued, used up and ended, kept apart from the server, and what the protocol says about every
 * answer: I1 nobody is sent away who came in good faith, I2 a copy without its key opens nothing, I3 reuse of an unbound
 * token ends its session, I4 what has ended stays ended and touches nothing else, I5 generations are one chain.
 */
export class Ledger {
  readonly sessions = new Map<string, SessionRecord>()
  readonly #rules: Rules
  readonly #now: () => number
  readonly #userId: string
  readonly #fail: (message: string) => never

  constructor(rules: Rules, userId: string, now: () => number, fail: (message: string) => never) {
    this.#rules = rules
    this.#userId = userId
    this.#now = now
    this.#fail = fail
  }

  opened(refreshToken: string, accessToken: string, owner: LockOwner | null): SessionRecord {
    const { sid } = claimsOf(refreshToken)
    const session: SessionRecord = {
      id: sid,
      name: `session ${String.fromCharCode(65 + this.sessions.size)}`,
      owner,
      absoluteExpiresAt: this.#now() + this.#rules.maxAgeSeconds * 1000,
      refreshTokens: new Map([[0, refreshToken]]),
      accessTokens: [accessToken],
      consumedAt: new Map(),
      end: null,
      copyRefused: false,
      looksCopied: false,
    }
    this.sessions.set(sid, session)
    return session
  }

  get(sessionId: string): SessionRecord {
    const session = this.sessions.get(sessionId)
    if (!session) throw new Error(`the server answered with a session that nobody opened: ${sessionId}`)
    return session
  }

  /** Whether a session lives, from the outside: it has not ended and its stored time is not over. */
  lives(session: SessionRecord, stored: Stored): boolean {
    const element = stored.get(session.id)
    return session.end === null && element !== undefined && element.expiresAt.getTime() > this.#now()
  }

  /** Judges answers that were given at the same time, with what was stored before and after. */
  check(answers: Answer[], before: Stored, after: Stored): void {
    const asked = new Set(answers.map((answer) => claimsOf(answer.presentation.refreshToken).sid))
    for (const [id, element] of before)
      if (!asked.has(id) && !same(element, after.get(id)))
        this.#fail(`I4: ${this.get(id).name} changed, and nobody had asked for it`)
    for (const answer of answers) this.#checkManners(answer)
    for (const id of asked) {
      const group = answers.filter((answer) => claimsOf(answer.presentation.refreshToken).sid === id)
      this.#checkSession(this.get(id), group, before, after)
    }
  }

  /** Rules that hold for any answer of a refresh. */
  #checkManners({ presentation, status, code, retryAfter, setCookies }: Answer) {
    if (status !== 200 && setCookies.length > 0)
      this.#fail(`I1: the refusal ${code} touches cookies, though it may arrive after a newer sign-in`)
    if (presentation.outage !== null && (status !== 503 || retryAfter === null))
      this.#fail(
        `I1: with the database out of reach a refresh is answered ${status} ${code}, not 503 and when to retry`,
      )
    if (presentation.outage === null && status >= 500)
      this.#fail(`I1: the server fails with ${status} ${code}`)
  }

  #checkSession(session: SessionRecord, answers: Answer[], before: Stored, after: Stored) {
    const was = before.get(session.id)
    const is = after.get(session.id)
    const lived = this.lives(session, before)
    const first = was?.generation ?? 0
    const honest = answers.filter((answer) => this.#isEntitled(session, answer.presentation, was))
    const reuse = lived ? answers.filter((answer) => this.#isReuse(session, answer.presentation, first)) : []
    const rotating = lived
      ? honest.filter(({ presentation }) => this.#rotates(session, presentation, first)).length > 0
      : false

    for (const answer of answers) {
      if (answer.status === 200) this.#noteTokens(session, answer)
      if (answer.presentation.outage !== null) continue
      if (!lived) this.#checkEnded(session, answer)
      else if (reuse.length > 0) this.#checkReuse(session, answer, reuse.includes(answer))
      else if (honest.includes(answer)) this.#checkHonest(session, answer, is?.generation ?? first)
      else this.#checkCopy(session, answer)
    }
    if (reuse.length > 0) {
      if (is) this.#fail(`I3: an old token of ${session.name} was used, and the session is still stored`)
      session.end = { how: 'reused', node: (reuse[0] as Answer).presentation.node }
      return
    }
    if (!lived) return
    this.#checkChain(session, was, is, rotating)
    for (const answer of answers) this.#checkToken(session, answer, is)
  }

  /** I5: what is stored moves by one generation when it moves, and only when it has to. */
  #checkChain(session: SessionRecord, was: Session | undefined, is: Session | undefined, rotating: boolean) {
    if (!was || !is) return this.#fail(`I1: ${session.name} is gone, and nothing had ended it`)
    const rise = is.generation - was.generation
    if (rise > 1 || rise < 0)
      this.#fail(`I5: ${session.name} went from generation ${was.generation} to ${is.generation} at once`)
    if (rise === 1 && !rotating)
      this.#fail(
        `I5: ${session.name} moved to generation ${is.generation} for somebody who had no claim to it`,
      )
    if (rotating && rise === 0) this.#fail(`I5: ${session.name} did not move on from ${was.generation}`)
    if ((is.lock === null) !== (session.owner === null))
      this.#fail(`I3: ${session.name} is ${is.lock === null ? 'no longer' : 'suddenly'} bound to a key`)
    if (rise === 0) {
      if (!same(was, is)) this.#fail(`I5: ${session.name} did not rotate, and yet was changed`)
      return
    }
    const now = this.#now()
    session.consumedAt.set(was.generation, now)
    const due = Math.min(now + this.#rules.idleSeconds * 1000, session.absoluteExpiresAt)
    const expiresAt = is.expiresAt.getTime()
    if (expiresAt > due)
      this.#fail(`I4: ${session.name} would live ${(expiresAt - due) / 1000} s past its end`)
    if (expiresAt < due) this.#fail(`I1: ${session.name} would end ${(due - expiresAt) / 1000} s early`)
  }

  /** I5: the token that was answered is the current one, and follows from what is stored. */
  #checkToken(
    session: SessionRecord,
    { status, refreshToken, presentation }: Answer,
    is: Session | undefined,
  ) {
    if (status !== 200 || refreshToken === null || !is) return
    const { gen } = claimsOf(refreshToken)
    if (gen > is.generation || gen < is.generation - 1 || gen < claimsOf(presentation.refreshToken).gen)
      this.#fail(
        `I5: ${session.name} is at generation ${is.generation}, and generation ${gen} was handed out`,
      )
    const current = presentation.node.services.sessions.refreshTokens.sign(this.#userId, is)
    if (gen === is.generation && refreshToken !== current)
      this.#fail(`I5: the token of generation ${gen} of ${session.name} does not follow from what is stored`)
  }

  #noteTokens(session: SessionRecord, { refreshToken, accessToken }: Answer) {
    if (accessToken !== null) session.accessTokens.push(accessToken)
    if (refreshToken === null) return
    const { sid, gen } = claimsOf(refreshToken)
    if (sid !== session.id) this.#fail(`I4: a token of ${session.name} opened ${this.get(sid).name}`)
    const sibling = session.refreshTokens.get(gen)
    if (sibling !== undefined && sibling !== refreshToken)
      this.#fail(`I5: there are two tokens of generation ${gen} of ${session.name}`)
    session.refreshTokens.set(gen, refreshToken)
  }

  #checkEnded(session: SessionRecord, { status, code }: Answer) {
    if (status === 200) this.#fail(`I4: a token of ${session.name}, which has ended, was honoured`)
    if (!endings.has(code)) this.#fail(`I4: a token of ${session.name}, which has ended, is answered ${code}`)
  }

  #checkReuse(session: SessionRecord, { code }: Answer, isReuse: boolean) {
    if (isReuse && code !== 'refresh_token_reused' && code !== 'refresh_token_revoked')
      this.#fail(`I3: an old token of ${session.name} is used outside the leeway and is answered ${code}`)
  }

  #checkHonest(session: SessionRecord, { status, code, generation, presentation }: Answer, current: number) {
    if (status === 200) return
    // A cookie older than the server remembers: the client is told which key to show instead. Where the cookie moved on
    // after the key was made, the client sees that for itself.
    const { key, refreshToken } = presentation
    const forgotten = key !== null && key.generation < current - this.#rules.remembered
    const isOfCookie = key?.generation === claimsOf(refreshToken).gen
    const knowsWhatToDo = generation !== null || !isOfCookie
    if (!isOfCookie) session.looksCopied = true
    if (code === 'refresh_token_locked' && forgotten && knowsWhatToDo) return
    this.#fail(`I1: ${session.name} lives, and its client is answered ${code}`)
  }

  #checkCopy(session: SessionRecord, { status, code, presentation }: Answer) {
    if (status === 200) this.#fail(`I2: a copy of ${session.name} opened it without its key`)
    // A key for another session of the same browser: its client sees that the cookie moved on, and asks again.
    if (code !== 'refresh_token_locked')
      this.#fail(`I2: a copy of ${session.name} without its key is answered ${code}`)
    if (presentation.from === 'thief') session.copyRefused = true
    else session.looksCopied = true
  }

  /** Whether whoever presents this may have the current token. */
  #isEntitled(session: SessionRecord, presentation: Presentation, was: Session | undefined): boolean {
    if (!session.owner) return !this.#isReuse(session, presentation, was?.generation ?? 0)
    return presentation.from === 'client' && presentation.key?.sessionId === session.id
  }

  /** Whether this presentation is the one that uses the current generation up. */
  #rotates(session: SessionRecord, { refreshToken, key, outage }: Presentation, current: number): boolean {
    if (outage === 'before') return false
    const { gen } = claimsOf(refreshToken)
    return gen === current && (!session.owner || key?.generation === current)
  }

  /** An old token of an unbound session, outside the leeway or older than is remembered. */
  #isReuse(session: SessionRecord, { refreshToken, outage }: Presentation, current: number): boolean {
    if (outage !== null) return false
    return this.isOutdated(session, refreshToken, current)
  }

  /** Whether a token of an unbound session may have been somebody else's since. */
  isOutdated(session: SessionRecord, refreshToken: string, current: number): boolean {
    const { gen } = claimsOf(refreshToken)
    if (session.owner || gen >= current) return false
    const consumedAt = session.consumedAt.get(gen) ?? Number.NEGATIVE_INFINITY
    return (
      this.#now() > consumedAt + this.#rules.leewaySeconds * 1000 || gen < current - this.#rules.remembered
    )
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
