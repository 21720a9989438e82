import { AuthError } from '@latchkey/contracts/server'
import type { Session } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { FactorChange } from '../../src/factors/factors.service.ts'
import { ticketSeconds, triesPerTicket } from '../../src/sign-in/attempt.ts'
import { present } from '../../src/sign-in/passkeys/relying-party.ts'
import { startApi, type TestApi } from '../support/api.ts'
import { type Authenticator, authenticator, stepSeconds, totpAt } from '../support/authenticator.ts'
import { movableClock } from '../support/clock.ts'
import {
  type Authenticator as Passkey,
  authenticator as passkeyAuthenticator,
} from '../support/passkey-authenticator.ts'
import { publicUrl } from '../support/passkeys.ts'
import { somebody } from '../support/people.ts'
import { whom } from '../support/whom.ts'
import { BrokenInvariant } from './ledger.ts'
import { post, type Reply } from './wire.ts'

/** What becomes of an account while somebody signs in to it. */
export type Change =
  | 'a new password'
  | 'a reset'
  | 'roles'
  | 'disabling for a moment'
  | 'an app'
  | 'no app'
  | 'new codes'
  | 'a passkey'
  | 'no passkey'

/** What is shown with a ticket: somebody's code of some step, a wrong one, a recovery code, or a passkey. */
export type ShownKind =
  | { of: 'app' | 'removed app' | 'others app'; steps: number }
  | { of: 'nothing' }
  | { of: 'fresh code' | 'used code' | 'former code' | 'others code' }
  | { of: PasskeyKind }

const passkeyKinds = [
  'passkey',
  'removed passkey',
  'others passkey',
  'passkey for another ticket',
  'passkey again',
] as const
type PasskeyKind = (typeof passkeyKinds)[number]

/** What else happens, and when: at the same time, or after what was shown was found right and before a session opens. */
export interface Meanwhile {
  change: Change
  when: 'at once' | 'in between'
}

export type PasswordKind = 'right' | 'former' | 'wrong'

interface App extends Authenticator {
  /** The step of the last code that opened something, */
  lastStep: number
  /** and of the last that may have been used up all the same: its ticket was lost to something else. */
  doubtfulStep: number
}

interface Somebody {
  name: string
  id: string
  email: string
  password: string
  formerPassword: string
  isAdmin: boolean
  app: App | null
  removedApp: App | null
  passkey: Passkey | null
  removedPasskey: Passkey | null
  codes: Set<string>
  /** Of those, what may have been used up so. */
  doubtfulCodes: Set<string>
  usedCodes: string[]
  formerCodes: string[]
  /** Raised by whatever ends a sign-in that is under way. */
  version: number
  sessions: Set<string>
}

interface Ticket {
  text: string
  whose: Somebody
  version: number
  enrols: App | null
  isForEnrolment: boolean
  until: number
  tries: number
  isUsed: boolean
}

interface ShownCode {
  method: 'totp' | 'recovery_code'
  code: string
  app: App | null
  step: number
}

interface ShownPasskey {
  method: 'passkey'
  signed: object
  /** Good once. */
  challenge: string
  /** The browser that asked for it. */
  cookie: string
  isRight: boolean
}

type Shown = ShownCode | ShownPasskey

interface Try {
  ticket: Ticket
  shown: Shown
  /** Whether it may open a session, */
  isRight: boolean
  /** and has to, were it alone. */
  isSure: boolean
}

export interface SignInNodes {
  all: [TestApi, TestApi]
  /** Runs once, after the next password or code was looked at. */
  inBetween: (() => Promise<void>) | null
  close(): Promise<void>
}

const unlimited = <Limits extends object>(limits: Limits) =>
  Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, { ...limit, points: 1e6 }]),
  ) as Limits

export async function startSignInNodes(): Promise<SignInNodes> {
  const options = {
    clock: movableClock(),
    environment: {
      LOG_LEVEL: 'silent',
      REQUIRE_FACTOR_FOR: 'admin',
      SESSION_LIMIT: '1000',
      PUBLIC_URL: publicUrl,
    },
    configure: <Config extends { rateLimits: object }>(config: Config) => ({
      ...config,
      rateLimits: unlimited(config.rateLimits),
    }),
  }
  const first = await startApi(options)
  const second = await startApi({ ...options, mongoUri: first.mongoUri })
  const nodes: SignInNodes = {
    all: [first, second],
    inBetween: null,
    close: async () => void (await Promise.all([first.close(), second.close()])),
  }
  for (const { services } of nodes.all) {
    pauseAfter(nodes, services.passwords, 'verify')
    pauseAfter(nodes, services.factorService, 'show')
    pauseAfter(nodes, services.factorService, 'enable')
    pauseAfter(nodes, services.passkeySignIn, 'showSecond')
  }
  return nodes
}

function pauseAfter<Name extends string>(
  nodes: SignInNodes,
  service: Record<Name, (...args: never[]) => Promise<unknown>>,
  name: Name,
): void {
  const intact = service[name]
  service[name] = async (...args) => {
    const result = await intact(...args)
    const happen = nodes.inBetween
    nodes.inBetween = null
    await happen?.()
    return result
  }
}

/**
 * Three people and whoever tries to sign in as one of them, by any password, ticket and code there is, against two nodes.
 * After each event, every session that is stored has to be one whose factors were all shown.
 */
export class SignInWorld {
  readonly story: string[] = []
  readonly #nodes: SignInNodes
  readonly #people: Somebody[] = []
  readonly #tickets: Ticket[] = []
  /** Codes and challenges that have opened something, each once. */
  readonly #spent = new Set<string>()
  #lastPasskey: ShownPasskey | null = null

  static async begin(nodes: SignInNodes): Promise<SignInWorld> {
    const world = new SignInWorld(nodes)
    for (const name of ['Ada', 'Bob', 'Cem']) {
      const person = somebody()
      const reply = await post(world.#node(0), '/api/register', person, {})
      if (reply.status !== 201) world.fail(`register answered ${reply.status}`)
      const { user } = JSON.parse(reply.text)
      world.#people.push({
        name,
        id: user.id,
        email: person.email,
        password: person.password,
        formerPassword: 'never a password of theirs',
        isAdmin: false,
        app: null,
        removedApp: null,
        passkey: null,
        removedPasskey: null,
        codes: new Set(),
        doubtfulCodes: new Set(),
        usedCodes: [],
        formerCodes: [],
        version: 0,
        sessions: new Set(),
      })
    }
    for (const person of world.#people) person.sessions = new Set((await world.#stored(person)).keys())
    // Ada has an app and a passkey, Bob has to set an app up, and Cem need not.
    await world.change(0, 'an app')
    await world.change(0, 'a passkey')
    await world.change(1, 'roles')

    return world
  }

  private constructor(nodes: SignInNodes) {
    this.#nodes = nodes
  }

  fail(message: string): never {
    throw new BrokenInvariant([`I7: ${message}`, ...this.story.map((event) => `    ${event}`)].join('\n'))
  }

  #node = (index: number) => this.#nodes.all[index % 2] as TestApi
  #person = (index: number) => this.#people[index % this.#people.length] as Somebody
  #other = (person: Somebody) => this.#people.find((each) => each !== person) as Somebody

  get #clock() {
    return this.#node(0).clock
  }

  get #users() {
    return this.#node(0).services.database.connection.collection('users')
  }

  #now = () => this.#clock.now().getTime() / 1000

  pass(seconds: number): void {
    this.#clock.advance(seconds)
    this.story.push(`${seconds} s pass`)
  }

  // ── the first step ──────────────────────────────────────────────────────────────────────────────────────────────

  async showPassword(
    who: number,
    kind: PasswordKind,
    where: number,
    meanwhile: Meanwhile | null,
  ): Promise<void> {
    const person = this.#person(who)
    const password = { right: person.password, former: person.formerPassword, wrong: 'not the one at all' }[
      kind
    ]
    const before = { ...person, hadApp: person.app !== null }
    const hadToShowPasskey = person.isAdmin && person.passkey !== null
    const [reply] = await this.#during(person, meanwhile, [
      () => post(this.#node(where), '/api/login', { email: person.email, password }, {}),
    ])
    const status = (reply as Reply).status
    this.story.push(`${kind} password of ${person.name}, meanwhile ${inWords(meanwhile)}: ${status}`)
    if (meanwhile === null) {
      const outstanding = person.app !== null || person.isAdmin
      const right = kind !== 'right' ? 401 : outstanding ? 202 : 200
      if (status !== right) this.fail(`a ${kind} password is answered ${status}, and not ${right}`)
    }
    if (status === 202) {
      const { ticket, enrol = false } = JSON.parse((reply as Reply).text)
      this.#tickets.push({
        text: ticket,
        whose: person,
        // It may be from before what happened meanwhile, or from after it: then it is found out by what it opens.
        version: meanwhile === null ? person.version : Number.NaN,
        enrols: null,
        isForEnrolment: enrol,
        until: this.#now() + ticketSeconds[enrol ? 'enrolment' : 'factor'],
        tries: 0,
        isUsed: false,
      })
    }
    const opened = await this.#opened(person)
    if (opened.length !== (status === 200 ? 1 : 0) && meanwhile === null)
      this.fail(`${opened.length} sessions were opened by an answer of ${status}`)
    for (const session of opened) {
      const showedOnlyThePassword = !showsFactor(session)
      // What came in between was there when the session opened.
      const hadApp = before.hadApp || meanwhile?.when === 'in between'
      if (showedOnlyThePassword && hadApp && person.app !== null)
        this.fail('a password alone opened the session of an account with a factor')
      if (showedOnlyThePassword && hadToShowPasskey && person.isAdmin && person.passkey !== null)
        this.fail('a password alone opened the session of an account whose passkey has to be shown')
    }
  }

  // ── the second ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whoever has to set an app up is given a secret. */
  async enrol(which: number, where: number): Promise<void> {
    const ticket = this.#ticket(which)
    if (!ticket) return
    const reply = await post(this.#node(where), '/api/login/enrol', { ticket: ticket.text }, {})
    this.story.push(`a secret is asked for: ${reply.status}`)
    const isGood = ticket.isForEnrolment && this.#counts(ticket)
    if (reply.status !== (isGood ? 200 : 401) && !Number.isNaN(ticket.version))
      this.fail(`a secret is asked for with a ticket that ${isGood ? 'counts' : 'does not'}: ${reply.status}`)
    if (reply.status !== 200) return
    const app = authenticator({ clock: this.#clock }, JSON.parse(reply.text).secret)
    if (ticket.enrols && ticket.enrols.secret !== app.secret) this.fail('one ticket was given two secrets')
    ticket.enrols ??= { ...app, lastStep: -1, doubtfulStep: -1 }
  }

  /** Shows codes with tickets, all at once. */
  async showCodes(
    shows: { which: number; kind: ShownKind; where: number }[],
    meanwhile: Meanwhile | null,
  ): Promise<void> {
    const tries: (Try & { where: number; kind: ShownKind })[] = []
    for (const { which, kind, where } of shows) {
      const ticket = this.#ticket(which)
      if (!ticket) continue
      const shown = isPasskey(kind)
        ? await this.#shownPasskey(ticket, kind.of, { which, where })
        : this.#shown(ticket, kind)
      if (shown) tries.push({ ...this.#try(ticket, shown), where, kind })
    }
    const [first] = tries
    if (!first) return
    const versions = new Map(this.#people.map((person) => [person, person.version]))
    const hadApp = new Map(this.#people.map((person) => [person, person.app !== null]))
    const replies = await this.#during(
      first.ticket.whose,
      meanwhile,
      tries.map(({ ticket, shown, where }) => () => {
        if (shown.method === 'passkey') {
          const body = { ticket: ticket.text, passkey: shown.signed }
          return post(this.#node(where), '/api/login/factor/passkey', body, { Cookie: shown.cookie })
        }
        const { method, code } = shown
        const body = ticket.isForEnrolment
          ? { ticket: ticket.text, code }
          : { ticket: ticket.text, method, code }
        const path = ticket.isForEnrolment ? '/api/login/enrol/confirm' : '/api/login/factor'
        return post(this.#node(where), path, body, {})
      }),
    )
    const words = tries.map(
      ({ ticket, kind, isRight }, i) =>
        `${kind.of}${'steps' in kind ? ` ${kind.steps}` : ''} for ${ticket.whose.name}'s ticket #${this.#tickets.indexOf(ticket)} (${isRight ? 'right' : 'wrong'}) ${(replies[i] as Reply).status}`,
    )
    this.story.push(`${words.join(' | ')}, meanwhile ${inWords(meanwhile)}`)

    const succeeded = tries.filter((_, i) => (replies[i] as Reply).status === 200)
    for (const { ticket, shown, isRight } of succeeded) {
      const hasChanged = ticket.whose.version !== versions.get(ticket.whose)
      if (hasChanged && meanwhile?.when === 'in between' && tries.length === 1)
        this.fail('what changed before a session opened did not end its sign-in')
      if (!isRight) this.fail('what is not right opened a session')
      if (ticket.isUsed) this.fail('a ticket opened a second session')
      const key = keyOf(shown)
      if (this.#spent.has(key)) this.fail('a code opened a second session')
      this.#spent.add(key)
      ticket.isUsed = true
    }
    if (meanwhile === null && succeeded.length === 0 && tries.some(({ isSure }) => isSure))
      this.fail('nobody of those who showed something right got in')
    for (const { ticket } of tries) ticket.tries++
    for (const each of tries) this.#used(each, succeeded.includes(each))
    for (const each of tries)
      if (each.ticket.isForEnrolment && each.isRight) await this.#mayHaveEnrolled(each)

    let opened = 0
    let openedByPasskey = 0
    for (const person of this.#people)
      for (const session of await this.#opened(person)) {
        opened++
        if (session.amr?.includes('hwk')) openedByPasskey++
        if ((hadApp.get(person) || person.app !== null) && !showsFactor(session))
          this.fail('a session was opened whose factor was not shown')
        if (!session.amr?.includes('pwd')) this.fail('a session was opened whose password was not shown')
      }
    if (meanwhile === null && opened !== succeeded.length)
      this.fail(`${opened} sessions were opened by ${succeeded.length} answers`)
    const byPasskey = succeeded.filter(({ shown }) => shown.method === 'passkey').length
    if (meanwhile === null && openedByPasskey !== byPasskey)
      this.fail(`${openedByPasskey} sessions say that a passkey was shown, and ${byPasskey} were`)
  }

  #ticket(which: number): Ticket | undefined {
    // The latest are the ones that may still count.
    return this.#tickets[this.#tickets.length - 1 - (which % Math.max(1, this.#tickets.length))]
  }

  #counts = (ticket: Ticket) =>
    !ticket.isUsed &&
    ticket.tries < triesPerTicket &&
    this.#now() < ticket.until &&
    (Number.isNaN(ticket.version) || ticket.version === ticket.whose.version)

  #shown(ticket: Ticket, kind: Exclude<ShownKind, { of: PasskeyKind }>): ShownCode | null {
    const { whose } = ticket
    const apps = {
      app: ticket.isForEnrolment ? ticket.enrols : whose.app,
      'removed app': whose.removedApp,
      'others app': this.#other(whose).app,
    }
    if ('steps' in kind) {
      const app = apps[kind.of]
      const step = Math.floor(this.#now() / stepSeconds) + kind.steps
      return app && { method: 'totp', code: totpAt(app.bytes, step), app, step }
    }
    if (kind.of === 'nothing') {
      const code = (apps.app ?? whose.removedApp ?? this.#other(whose).app)?.wrongCode() ?? '000000'
      return { method: 'totp', code, app: null, step: 0 }
    }
    const [code] = {
      'fresh code': [...whose.codes],
      'used code': whose.usedCodes,
      'former code': whose.formerCodes,
      'others code': [...this.#other(whose).codes],
    }[kind.of]
    return code === undefined ? null : { method: 'recovery_code', code, app: null, step: 0 }
  }

  /** What somebody's passkey signs for a ticket, or for the one before it, or has signed last. */
  async #shownPasskey(
    ticket: Ticket,
    kind: PasskeyKind,
    { which, where }: { which: number; where: number },
  ): Promise<ShownPasskey | null> {
    if (kind === 'passkey again') return this.#lastPasskey && { ...this.#lastPasskey, isRight: false }
    const { whose } = ticket
    const passkey = {
      passkey: whose.passkey,
      'passkey for another ticket': whose.passkey,
      'removed passkey': whose.removedPasskey,
      'others passkey': this.#other(whose).passkey,
    }[kind]
    const asked = kind === 'passkey for another ticket' ? this.#ticket(which + 1) : ticket
    if (!passkey || !asked) return null
    const path = '/api/login/factor/passkey/options'
    const reply = await post(this.#node(where), path, { ticket: asked.text }, {})
    // Only what is shown after the last try ends it.
    const isSpent = asked.tries > triesPerTicket
    const isGood = !asked.isForEnrolment && !isSpent && this.#counts({ ...asked, tries: 0 })
    if (reply.status !== (isGood ? 200 : 401) && !Number.isNaN(asked.version))
      this.fail(`a challenge for a ticket that ${isGood ? 'counts' : 'does not'} is answered ${reply.status}`)
    if (reply.status !== 200) return null
    const { options } = JSON.parse(reply.text)
    this.#lastPasskey = {
      method: 'passkey',
      signed: passkey.get(options),
      challenge: options.challenge,
      cookie: reply.setCookies.map((cookie) => cookie.split(';')[0]).join('; '),
      isRight: passkey === whose.passkey && asked === ticket,
    }
    return this.#lastPasskey
  }

  #try(ticket: Ticket, shown: Shown): Try {
    const { whose } = ticket
    if (shown.method === 'passkey') {
      const isRight = shown.isRight && this.#counts(ticket)
      return { ticket, shown, isRight, isSure: isRight && !Number.isNaN(ticket.version) }
    }
    const distance = shown.step - Math.floor(this.#now() / stepSeconds)
    const inTime = Math.abs(distance) <= 1
    const isRightCode = ticket.isForEnrolment
      ? inTime && shown.app !== null && shown.app === ticket.enrols && whose.app === null
      : shown.method === 'totp'
        ? inTime && shown.app !== null && shown.app === whose.app && shown.step > shown.app.lastStep
        : whose.app !== null && whose.codes.has(shown.code)
    const isRight = isRightCode && this.#counts(ticket)
    const isDoubtful =
      Number.isNaN(ticket.version) ||
      (shown.app ? shown.step <= shown.app.doubtfulStep : whose.doubtfulCodes.has(shown.code))
    return { ticket, shown, isRight, isSure: isRight && !isDoubtful }
  }

  /** The app may be on though the session did not open, since something else came in between. */
  async #mayHaveEnrolled({ ticket, shown }: Try): Promise<void> {
    const { whose } = ticket
    const user = await this.#users.findOne({ _id: new Types.ObjectId(whose.id) })
    if (whose.app || !user?.totp || shown.method === 'passkey') return
    whose.app = shown.app
    whose.version++
  }

  /** What is used up by a code that was right. */
  #used({ ticket, shown, isRight }: Try, opened: boolean): void {
    const { whose } = ticket
    if (!isRight || shown.method === 'passkey') return
    if (ticket.isForEnrolment && opened) {
      whose.app = shown.app
      whose.version++
    }
    if (shown.app) {
      shown.app.doubtfulStep = Math.max(shown.app.doubtfulStep, shown.step)
      if (opened) shown.app.lastStep = Math.max(shown.app.lastStep, shown.step)
    } else {
      whose.doubtfulCodes.add(shown.code)
      if (opened && whose.codes.delete(shown.code)) whose.usedCodes.push(shown.code)
    }
  }

  // ── what happens to accounts ────────────────────────────────────────────────────────────────────────────────────

  async change(who: number, change: Change): Promise<void> {
    await this.#during(this.#person(who), { change, when: 'at once' }, [])
    this.story.push(`${change} for ${this.#person(who).name}`)
    for (const person of this.#people)
      if ((await this.#opened(person)).length > 0) this.fail('a change opened a session')
  }

  async #during(
    person: Somebody,
    meanwhile: Meanwhile | null,
    requests: (() => Promise<Reply>)[],
  ): Promise<Reply[]> {
    if (!meanwhile) return await Promise.all(requests.map((send) => send()))
    const make = await this.#prepare(person, meanwhile.change, requests.length === 0)
    const done: (() => void)[] = []
    const happen = async () => void done.push(await make())
    if (meanwhile.when === 'in between') this.#nodes.inBetween = happen
    const [replies] = await Promise.all([
      Promise.all(requests.map((send) => send())),
      meanwhile.when === 'at once' && happen(),
    ])
    this.#nodes.inBetween = null
    for (const note of done) note()
    return replies
  }

  /** What takes time first; then the change itself, and how the world is after it. */
  async #prepare(person: Somebody, change: Change, isAlone: boolean): Promise<() => Promise<() => void>> {
    const { services } = this.#node(1)
    const { accounts, administration, factorService, passkeys, passwords, sessions } = services
    const device = { userAgent: '', ip: '' }
    /** From a session, as everything that somebody changes; it is gone before anybody looks. */
    const inSession = async <T>(deed: (from: FactorChange) => Promise<T>): Promise<T> => {
      const session = sessions.begin({ device })
      await sessions.issue(new Types.ObjectId(person.id), session)
      const sid = session._id.toHexString()
      const claims = { sub: person.id, sid, username: person.name, roles: [], acr: 'mfa' as const }
      try {
        return await deed({ claims, device })
      } finally {
        await sessions.revoke(person.id, sid)
      }
    }
    const ends = (more: () => void) => () => {
      person.version++
      more()
    }
    if (change === 'a new password' || change === 'a reset') {
      const password = `candle river mosaic ${this.story.length}`
      const passwordHash = await passwords.hash(password, whom(person.id))
      return async () => {
        const user = await accounts.credentials(person.id)
        if (!user) this.fail('an account is gone')
        if (change === 'a reset') await accounts.resetPassword(user, passwordHash, null)
        else {
          const change = ({ claims }: FactorChange) => accounts.changePassword(user, passwordHash, claims.sid)
          if (!(await inSession(change))) this.fail('the password stays')
        }
        // Whoever resets the password of an address that was never proved may not be who added passkeys.
        const keepsPasskeys = change !== 'a reset' || user.emailVerifiedAt !== null
        return ends(() => {
          person.formerPassword = person.password
          person.password = password
          if (keepsPasskeys || !person.passkey) return
          person.removedPasskey = person.passkey
          person.passkey = null
        })
      }
    }
    if (change === 'roles') {
      const isAdmin = !person.isAdmin
      return async () => {
        await administration.setRoles(person.id, isAdmin ? ['user', 'admin'] : ['user'])
        return ends(() => {
          person.isAdmin = isAdmin
        })
      }
    }
    if (change === 'disabling for a moment')
      return async () => {
        await administration.disable(person.id)
        await administration.enable(person.id)
        return ends(() => {})
      }
    if (change === 'an app') {
      const begun = await inSession(({ claims }) => factorService.enrolTotp(claims))
      const app = authenticator({ clock: this.#clock }, begun.secret)
      return async () => {
        const codes = await inSession((from) => factorService.confirmTotp(from, app.code())).catch(
          (error) => {
            if (!(error instanceof AuthError) || error.code !== 'factor_invalid' || isAlone) throw error
            return null
          },
        )
        // Somebody set another one up at the same time, while signing in.
        if (!codes) return () => {}
        return ends(() => {
          person.removedApp = person.app ?? person.removedApp
          const step = Math.floor(this.#now() / stepSeconds)
          person.app = { ...app, lastStep: step, doubtfulStep: step }
          this.#replaceCodes(person, codes)
        })
      }
    }
    if (change === 'no app')
      return async () => {
        // Where there is none, nothing changes.
        if (
          !(await inSession(factorService.removeTotp).then(
            () => true,
            () => false,
          ))
        )
          return () => {}
        return ends(() => {
          person.removedApp = person.app ?? person.removedApp
          person.app = null
          this.#replaceCodes(person, [])
        })
      }
    if (change === 'a passkey' || change === 'no passkey')
      return async () => {
        const before = person.passkey
        const added = change === 'a passkey' ? passkeyAuthenticator({ origin: publicUrl }) : null
        if (!before && !added) return () => {}
        const relyingParty = present(services.relyingPartyOf(undefined))
        await inSession(async ({ claims }) => {
          const owner = { ...claims, roles: [], amr: ['pwd' as const] }
          if (added) {
            const { challenge, rp, user } = await passkeys.options(owner, relyingParty, false)
            const credential = added.create({ challenge, rp, user: { id: user.id ?? '' } })
            await passkeys.add(owner, { credential }, { relyingParty, device })
          }
          if (before) await passkeys.remove(owner, before.id, device)
        })
        return ends(() => {
          person.removedPasskey = before ?? person.removedPasskey
          person.passkey = added
        })
      }
    return async () => {
      const codes = await inSession(factorService.renewRecoveryCodes).catch(() => null)
      // Where there is no app, nothing changes.
      return codes ? ends(() => this.#replaceCodes(person, codes)) : () => {}
    }
  }

  #replaceCodes(person: Somebody, codes: string[]): void {
    person.formerCodes = [...person.codes, ...person.formerCodes]
    person.codes = new Set(codes)
  }

  async #stored(person: Somebody): Promise<Map<string, Session>> {
    const user = await this.#users.findOne({ _id: new Types.ObjectId(person.id) })
    const sessions = (user?.refreshTokens ?? []) as Session[]
    return new Map(sessions.map((session) => [session._id.toHexString(), session]))
  }

  /** The sessions that have come since it was last looked. */
  async #opened(person: Somebody): Promise<Session[]> {
    const stored = await this.#stored(person)
    const opened = [...stored].filter(([id]) => !person.sessions.has(id)).map(([, session]) => session)
    person.sessions = new Set(stored.keys())
    return opened
  }
}

const isPasskey = (kind: ShownKind): kind is { of: PasskeyKind } =>
  passkeyKinds.some((each) => each === kind.of)

const showsFactor = ({ amr }: Session) => amr?.some((method) => method === 'otp' || method === 'hwk') ?? false

function keyOf(shown: Shown): string {
  if (shown.method === 'passkey') return shown.challenge
  return shown.app ? `${shown.app.secret} ${shown.step}` : shown.code
}

const inWords = (meanwhile: Meanwhile | null) =>
  meanwhile ? `${meanwhile.change} ${meanwhile.when}` : 'nothing'
