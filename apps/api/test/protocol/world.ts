import type { ActivityEvent } from '@latchkey/contracts'
import { consumedLimit, type Session } from '@latchkey/sessions'
import { Types } from 'mongoose'
import { startApi, type TestApi } from '../support/api.ts'
import { movableClock } from '../support/clock.ts'
import { password, somebody } from '../support/people.ts'
import { type LockOwner, lockOwner } from '../support/refresh-lock.ts'
import {
  type Answer,
  BrokenInvariant,
  claimsOf,
  Ledger,
  type Presentation,
  type SessionRecord,
  type Stored,
} from './ledger.ts'
import {
  access,
  breakDatabase,
  cookieHeader,
  cookieNamed,
  post,
  present,
  type Reply,
  type Transport,
} from './wire.ts'

/** What becomes of one exchange between a tab and the server. */
export type Fate =
  | 'arrives'
  | 'request lost'
  | 'request late'
  | 'request twice'
  | 'response lost'
  | 'response late'
  | 'outage before'
  | 'outage after'

/** What a thief makes of the headers it has no key for. */
export type Disguise = 'no key' | 'a key of its own' | 'only a lock of its own' | 'the lock as the key'

/** The two cookies of a session, which every answer sets together, and when the browser drops them. */
interface Cookies {
  refreshToken: string
  /** `sid.gen`; null once the page removed it, being signed out. */
  session: string | null
  dropAt: number
}

interface Browser {
  name: string
  bound: boolean
  cookies: Cookies | null
  /** The keys of the sessions that were opened here, by session. */
  keys: Map<string, LockOwner>
  tabs: Tab[]
}

interface Tab {
  name: string
  browser: Browser
  waitsFor: Request | null
  /** The `session` cookie as the tab read it when it made its headers, if that was before it sent. */
  prepared: string | null
  accessToken: string | null
}

interface Request {
  id: number
  tab: Tab
  /** The `session` cookie that its headers were made for. */
  sent: string
  /** How often this refresh asked before. */
  turn: number
  presentation: Presentation
}

interface Response {
  request: Request
  answer: Answer
}

interface Copy {
  name: string
  refreshToken: string
}

/** Asking more often than this is not catching up. */
const longestChase = 5

/** Two API processes on one database: a request goes to the one or the other. */
export interface Nodes {
  all: [TestApi, TestApi]
  clock: TestApi['clock']
  close(): Promise<void>
}

export async function startNodes(): Promise<Nodes> {
  const clock = movableClock()
  const options = {
    clock,
    environment: { LOG_LEVEL: 'silent', SESSION_MAX_AGE: '20d' },
    configure: (config: TestApi['config']) => {
      const unlimited = { points: 1_000_000, windowSeconds: 60 }
      const rateLimits = { ...config.rateLimits, registerPerAddress: unlimited, refreshPerSession: unlimited }
      return { ...config, rateLimits }
    },
  }
  const first = await startApi(options)
  const second = await startApi({ ...options, mongoUri: first.mongoUri })
  const all: Nodes['all'] = [first, second]
  return { all, clock, close: async () => void (await Promise.all(all.map((node) => node.close()))) }
}

/**
 * One person, their browsers, the network between these and the real server, and a thief. Everything that happens is
 * told in `story`, and judged by the ledger as it happens.
 */
export class World {
  readonly browsers: Browser[] = []
  readonly tabs: Tab[]
  readonly ledger: Ledger
  readonly story: string[] = []
  readonly copies: Copy[] = []
  readonly requests: Request[] = []
  readonly responses: Response[] = []
  readonly userId: string
  readonly #nodes: Nodes
  readonly #person: ReturnType<typeof somebody>
  #stored: Stored = new Map()
  #sent = 0

  /** Registers somebody with the first browser and signs the others in. */
  static async begin(nodes: Nodes, kinds: ('bound' | 'unbound')[]): Promise<World> {
    const person = somebody()
    const bound = kinds[0] === 'bound'
    const owner = bound ? lockOwner() : null
    const response = await post(nodes.all[0], '/api/register', person, owner?.signIn ?? {})
    if (response.status !== 201) throw new Error(`register answered ${response.status}: ${response.text}`)
    const world = new World(nodes, person, JSON.parse(response.text).user.id, kinds)
    await world.#signedIn(world.browsers[0] as Browser, response, owner)
    for (const browser of world.browsers.slice(1)) await world.signIn(browser)
    return world
  }

  private constructor(
    nodes: Nodes,
    person: ReturnType<typeof somebody>,
    userId: string,
    kinds: ('bound' | 'unbound')[],
  ) {
    this.#nodes = nodes
    this.#person = person
    this.userId = userId
    let tabs = 0
    for (const [index, kind] of kinds.entries()) {
      const name = `browser ${index + 1}`
      const browser: Browser = { name, bound: kind === 'bound', cookies: null, keys: new Map(), tabs: [] }
      const count = kinds.length === 1 ? 3 : 2
      for (let made = 0; made < count; made++)
        browser.tabs.push({
          name: `tab ${++tabs}`,
          browser,
          waitsFor: null,
          prepared: null,
          accessToken: null,
        })
      this.browsers.push(browser)
    }
    this.tabs = this.browsers.flatMap((browser) => browser.tabs)
    const { config } = nodes.all[0]
    const rules = {
      idleSeconds: config.refreshToken.ttlSeconds,
      maxAgeSeconds: config.session.maxAgeSeconds,
      leewaySeconds: config.refreshToken.leewaySeconds,
      remembered: consumedLimit,
    }
    this.ledger = new Ledger(rules, userId, this.#now, (message) => this.fail(message))
  }

  #now = () => this.#nodes.clock.now().getTime()

  tell(event: string): void {
    this.story.push(event)
  }

  fail(message: string): never {
    throw new BrokenInvariant([message, ...this.story.map((event) => `    ${event}`)].join('\n'))
  }

  pass(seconds: number): void {
    this.#nodes.clock.advance(seconds)
    this.tell(`${duration(seconds)} pass`)
  }

  // ── tabs ────────────────────────────────────────────────────────────────────────────────────────────────────────

  tab = (index: number) => this.tabs[index % this.tabs.length] as Tab
  browser = (index: number) => this.browsers[index % this.browsers.length] as Browser

  /** A tab makes its headers and does not get to send them before something else happens. */
  prepare(tab: Tab): void {
    tab.prepared = this.#cookies(tab.browser)?.session ?? null
    if (tab.prepared) this.tell(`${tab.name} makes its headers for ${this.#describe(tab.prepared)}`)
  }

  async refresh(tab: Tab, fate: Fate): Promise<void> {
    const request = this.#ask(tab)
    if (request) await this.#carry(request, fate)
  }

  /**
   * Many tabs at once, and whatever of the bound ones is still on its way; the responses arrive in an order of their
   * own.
   */
  async storm(tabs: Tab[], order: number): Promise<void> {
    const late = this.requests.filter(({ tab }) => tab.browser.bound)
    for (const request of late) this.requests.splice(this.requests.indexOf(request), 1)
    const asked = tabs.map((tab) => this.#ask(tab)).filter((request) => request !== null)
    const responses = await this.#deliver([...asked, ...late], 'all at once')
    for (const response of shuffled(responses, order)) await this.#arrive(response)
  }

  async deliverLate(which: number, fate: 'arrives' | 'response lost' | 'response late'): Promise<void> {
    const [request] = this.requests.splice(which % Math.max(1, this.requests.length), 1)
    if (request) await this.#carry(request, fate)
  }

  async arriveLate(which: number): Promise<void> {
    const [response] = this.responses.splice(which % Math.max(1, this.responses.length), 1)
    if (response) await this.#arrive(response)
  }

  /** What a tab sends now: the proof for the `session` cookie it read, with whatever cookie is in the jar. */
  #ask(tab: Tab, { turn = 0, generation }: { turn?: number; generation?: number } = {}): Request | null {
    const cookies = this.#cookies(tab.browser)
    const sent = tab.prepared ?? cookies?.session
    tab.prepared = null
    if (!cookies || !sent) return null
    const [sessionId = '', ofCookie] = sent.split('.')
    const keyGeneration = generation ?? Number(ofCookie)
    const owner = tab.browser.keys.get(sessionId)
    const request: Request = {
      id: ++this.#sent,
      tab,
      sent,
      turn,
      presentation: {
        from: 'client',
        refreshToken: cookies.refreshToken,
        headers: owner ? owner.at(keyGeneration) : {},
        key: owner ? { sessionId, generation: keyGeneration } : null,
        node: this.#nodes.all[this.#sent % 2] as TestApi,
        outage: null,
      },
    }
    tab.waitsFor = request
    const token = claimsOf(cookies.refreshToken)
    const named = generation === undefined ? '' : ` and the key of generation ${generation}`
    this.tell(
      `${tab.name} sends request ${request.id} with ${this.#describe(`${token.sid}.${token.gen}`)}${named}`,
    )
    return request
  }

  async #carry(request: Request, fate: Fate): Promise<void> {
    const { id } = request
    if (fate === 'request lost') return this.tell(`request ${id} is lost`)
    if (fate === 'request late') return this.#delay(request)
    if (fate === 'request twice') this.#delay(request, 'a second copy of ')
    if (fate === 'outage before' || fate === 'outage after')
      request.presentation.outage = fate === 'outage before' ? 'before' : 'after'
    const [response] = await this.#deliver([request])
    request.presentation.outage = null
    if (!response) return
    if (fate === 'response lost') return this.tell(`response ${id} is lost`)
    if (fate === 'response late') {
      this.responses.push(response)
      return this.tell(`response ${id} is delayed`)
    }
    await this.#arrive(response)
  }

  #delay(request: Request, what = ''): void {
    this.requests.push({ ...request, presentation: { ...request.presentation } })
    this.tell(`${what}request ${request.id} is delayed`)
  }

  async #deliver(requests: Request[], how = ''): Promise<Response[]> {
    const answers = await this.#present(requests.map(({ presentation }) => presentation))
    const responses = requests.map((request, index) => ({ request, answer: answers[index] as Answer }))
    for (const { request, answer } of responses)
      this.tell(`request ${request.id} reaches the server${how && `, ${how}`}: ${this.#inWords(answer)}`)
    await this.#judge(answers)
    return responses
  }

  /**
   * A response reaches the browser: its cookies are set whatever has happened since, and its tab reads it if it
   * waits.
   */
  async #arrive({ request, answer }: Response): Promise<void> {
    const { tab, id } = request
    this.#setCookies(tab.browser, answer.setCookies)
    const cookies = tab.browser.cookies
    const now = cookies?.session ? `, the browser holds ${this.#describe(cookies.session)}` : ''
    this.tell(`response ${id} arrives${answer.status === 200 ? now : ''}`)
    if (tab.waitsFor?.id !== id) return
    tab.waitsFor = null
    await this.#conclude(request, answer)
  }

  /** The client's rules: what it makes of an answer that it waited for. */
  async #conclude({ tab, sent, turn }: Request, answer: Answer): Promise<void> {
    const now = this.#cookies(tab.browser)?.session ?? null
    if (answer.status === 200) {
      tab.accessToken = answer.accessToken
      return
    }
    if (answer.status >= 500 || now === null || turn >= longestChase) return
    const named = answer.generation
    const catchesUp = named !== null && tab.browser.keys.has(sent.split('.')[0] ?? '')
    if (now !== sent || catchesUp) {
      const again = this.#ask(tab, {
        turn: turn + 1,
        ...(now === sent && named !== null && { generation: named }),
      })
      if (again) await this.#carry(again, 'arrives')
      return
    }
    // A verdict that holds: the person is signed out, and the page removes the cookie that it can.
    this.tell(`${tab.browser.name} is signed out by ${answer.code}`)
    this.#checkEnding(tab.browser, sent, answer)
    if (tab.browser.cookies) tab.browser.cookies.session = null
  }

  /** I1: nobody is sent away while their session lives. */
  #checkEnding(browser: Browser, sent: string, { code }: Answer): void {
    const session = this.ledger.get(sent.split('.')[0] ?? '')
    if (!this.ledger.lives(session, this.#stored)) return
    this.fail(`I1: ${browser.name} was signed out by ${code}, and ${session.name} lives`)
  }

  // ── signing in and out ──────────────────────────────────────────────────────────────────────────────────────────

  async signIn(browser: Browser): Promise<void> {
    const owner = browser.bound ? lockOwner() : null
    const [node] = this.#nodes.all
    const body = { email: this.#person.email, password }
    const response = await post(node, '/api/login', body, owner?.signIn ?? {})
    if (response.status !== 200) throw new Error(`login answered ${response.status}: ${response.text}`)
    await this.#signedIn(browser, response, owner)
  }

  async #signedIn(browser: Browser, response: Reply, owner: LockOwner | null): Promise<void> {
    const before = this.#stored
    this.#setCookies(browser, response.setCookies)
    const { accessToken } = JSON.parse(response.text) as { accessToken: string }
    const session = this.ledger.opened(browser.cookies?.refreshToken ?? '', accessToken, owner)
    if (owner) browser.keys.set(session.id, owner)
    for (const tab of browser.tabs) tab.accessToken = accessToken
    this.tell(`${browser.name} signs in: ${session.name}, ${owner ? 'bound' : 'unbound'}`)
    await this.#checkOthers(before, session)
  }

  async signOut(browser: Browser, fate: 'arrives' | 'response lost'): Promise<void> {
    const cookies = this.#cookies(browser)
    if (!cookies) return
    const before = this.#stored
    const session = this.ledger.get(claimsOf(cookies.refreshToken).sid)
    const [node] = this.#nodes.all
    const response = await post(node, '/api/logout', undefined, cookieHeader(cookies.refreshToken))
    if (response.status >= 300) throw new Error(`logout answered ${response.status}: ${response.text}`)
    session.end ??= { how: 'signed out', node }
    if (fate === 'arrives') browser.cookies = null
    this.tell(
      `${browser.name} signs out of ${session.name}${fate === 'arrives' ? '' : ', and the answer is lost'}`,
    )
    await this.#checkOthers(before, session)
    await this.#checkAccess(session)
  }

  /** The person ends the session of one browser from another, which refreshes for that first. */
  async revoke(browser: Browser, from: Browser): Promise<void> {
    const target = this.#cookies(browser)
    const tab = from.tabs[0]
    if (!target || !tab || from === browser) return
    await this.refresh(tab, 'arrives')
    const cookies = this.#cookies(from)
    if (!cookies?.session || !tab.accessToken) return
    const before = this.#stored
    const session = this.ledger.get(claimsOf(target.refreshToken).sid)
    const node = this.#nodes.all[1]
    const response = await fetch(`${node.url}/api/sessions/${session.id}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${tab.accessToken}` },
    })
    // 404: it is gone already. 401: this browser's own session has ended meanwhile.
    if (response.status !== 204) return
    session.end ??= { how: 'revoked', node }
    this.tell(`${from.name} revokes ${session.name} of ${browser.name}`)
    await this.#checkOthers(before, session)
    await this.#checkAccess(session)
  }

  // ── the thief ───────────────────────────────────────────────────────────────────────────────────────────────────

  copy(browser: Browser): void {
    const cookies = this.#cookies(browser)
    if (!cookies) return
    const { sid, gen } = claimsOf(cookies.refreshToken)
    const name = `copy ${this.copies.length + 1}`
    this.copies.push({ name, refreshToken: cookies.refreshToken })
    this.tell(`a thief copies the cookies of ${browser.name}: ${name} of ${this.#describe(`${sid}.${gen}`)}`)
  }

  /** The thief uses a copy, and keeps what it gets for it. */
  async steal(which: number, disguise: Disguise, transport: Transport): Promise<Answer | null> {
    const copy = this.copies[which % Math.max(1, this.copies.length)]
    if (!copy) return null
    const session = this.ledger.get(claimsOf(copy.refreshToken).sid)
    const presentation: Presentation = {
      from: 'thief',
      refreshToken: copy.refreshToken,
      headers: this.#forged(session, claimsOf(copy.refreshToken).gen, disguise),
      key: null,
      node: this.#nodes.all[1],
      outage: null,
    }
    const [answer] = await this.#present([presentation], transport)
    if (!answer) return null
    const { gen } = claimsOf(copy.refreshToken)
    this.tell(
      `the thief uses ${copy.name}, generation ${gen}, with ${disguise}, by ${transport}: ${this.#inWords(answer)}`,
    )
    await this.#judge([answer])
    if (answer.refreshToken) copy.refreshToken = answer.refreshToken
    return answer
  }

  #forged({ owner }: SessionRecord, generation: number, disguise: Disguise): Record<string, string> {
    const own = lockOwner().at(generation)
    if (disguise === 'a key of its own') return own
    if (disguise === 'only a lock of its own') return { 'X-Refresh-Lock': own['X-Refresh-Lock'] }
    if (disguise === 'no key') return {}
    const lock = generation === 0 ? owner?.signIn : owner?.at(generation - 1)
    return { ...own, 'X-Refresh-Key': lock?.['X-Refresh-Lock'] ?? own['X-Refresh-Key'] }
  }

  // ── when all is over ────────────────────────────────────────────────────────────────────────────────────────────

  /** Whatever is on its way arrives, in order. */
  async calm(): Promise<void> {
    this.tell('the network recovers')
    while (this.requests.length > 0) await this.deliverLate(0, 'arrives')
    while (this.responses.length > 0) await this.arriveLate(0)
  }

  /** I1: every tab of a browser that holds a living session refreshes, and its access token works. */
  async everybodyGoesOn(tabs = this.tabs): Promise<void> {
    for (const tab of tabs) {
      const cookies = this.#cookies(tab.browser)
      if (!cookies?.session) continue
      const session = this.ledger.get(claimsOf(cookies.refreshToken).sid)
      if (!this.ledger.lives(session, this.#stored)) continue
      // An unbound client that is further behind than the leeway allows cannot be told from a thief.
      const current = this.#stored.get(session.id)?.generation ?? 0
      if (this.ledger.isOutdated(session, cookies.refreshToken, current)) continue
      tab.prepared = null
      tab.accessToken = null
      await this.refresh(tab, 'arrives')
      if (tab.accessToken === null) this.fail(`I1: ${tab.name} gets no token though ${session.name} lives`)
      if ((await access(this.#nodes.all[0], tab.accessToken)) !== 200)
        this.fail(`I1: the access token of ${tab.name} does not work though ${session.name} lives`)
    }
  }

  /** I2: the owner can read of every copy that was refused. */
  async theftIsRecorded(): Promise<void> {
    const events = (await this.#nodes.all[0].services.events.page(this.userId)).events
    const told = new Set(
      events.filter(({ kind }) => kind === 'copied_session_refused').map((e) => e.sessionId),
    )
    const reused = new Set(events.filter(({ kind }) => kind === 'token_reused').map((e) => e.sessionId))
    for (const session of this.ledger.sessions.values()) {
      if (session.copyRefused && !told.has(session.id))
        this.fail(`I2: a copy of ${session.name} was refused, and its owner cannot read of it`)
      if (session.end?.how === 'reused' && !reused.has(session.id))
        this.fail(`I3: ${session.name} was ended for reuse, and its owner cannot read of it`)
    }
  }

  /** I2: of one as well that is older than the session remembers, and shows a key of its own. */
  async oldTheftIsRecorded(): Promise<void> {
    const tab = this.tab(0)
    const cookies = this.#cookies(tab.browser)
    if (!cookies?.session) return
    this.copy(tab.browser)
    for (let times = 0; times <= consumedLimit; times++) {
      tab.accessToken = null
      await this.refresh(tab, 'arrives')
    }
    // What is told more often than once an hour is told once.
    this.pass(3600)
    const session = this.ledger.get(claimsOf(cookies.refreshToken).sid)
    if (!this.ledger.lives(session, this.#stored)) return
    const before = await this.#refusedCopies()
    await this.steal(this.copies.length - 1, 'a key of its own', 'cookie')
    const after = await this.#refusedCopies()
    if (after.length === before.length)
      this.fail(`I2: an old copy of ${session.name} was refused, and its owner cannot read of it`)
  }

  /** I1: nobody is told of a copy where there is none. */
  async nobodyIsAlarmed(): Promise<void> {
    for (const { sessionId } of await this.#refusedCopies()) {
      const session = this.ledger.get(sessionId ?? '')
      if (!session.looksCopied)
        this.fail(`I1: ${session.name} was never copied, and its owner reads of a copy`)
    }
  }

  async #refusedCopies() {
    const refused: ActivityEvent[] = []
    for await (const event of this.#nodes.all[0].services.events.each(this.userId))
      if (event.kind === 'copied_session_refused') refused.push(event)
    return refused
  }

  /** I4: no token of a session that has ended is honoured, whatever its generation, with its very key. */
  async deadStayDead(): Promise<void> {
    for (const session of this.ledger.sessions.values()) {
      if (this.ledger.lives(session, this.#stored)) continue
      const presentations = [...session.refreshTokens].map(
        ([generation, refreshToken], index): Presentation => ({
          from: 'client',
          refreshToken,
          headers: session.owner?.at(generation) ?? {},
          key: session.owner && { sessionId: session.id, generation },
          node: this.#nodes.all[index % 2] as TestApi,
          outage: null,
        }),
      )
      this.tell(`every refresh token of ${session.name} is tried again`)
      await this.#judge(await this.#present(presentations))
      await this.#checkAccess(session)
    }
  }

  /** I4: the oldest token of each unbound session is used again: that ends this session, and this one only. */
  async everyUnboundSessionIsReused(): Promise<void> {
    this.pass(11)
    for (const session of this.ledger.sessions.values()) {
      const oldest = session.refreshTokens.get(0)
      if (session.owner || oldest === undefined || !this.ledger.lives(session, this.#stored)) continue
      this.copies.push({ name: `a backup of ${session.name}`, refreshToken: oldest })
      await this.steal(this.copies.length - 1, 'no key', 'cookie')
    }
  }

  /** I4: refreshed or not, everything ends by its longest age at the latest, and nobody is let in after that. */
  async everythingEnds(): Promise<void> {
    const oneOfEach = this.browsers.flatMap(({ tabs }) => tabs.slice(0, 1))
    for (let times = 0; times < 4; times++) {
      this.pass(6 * 86_400)
      await this.everybodyGoesOn(oneOfEach)
    }
    for (const session of this.ledger.sessions.values())
      if (this.ledger.lives(session, this.#stored)) this.fail(`I4: ${session.name} outlives its longest age`)
  }

  /** I5: what no client of ours sends moves no generation: a token from the future, a key without the next lock. */
  async nonsenseMovesNothing(): Promise<void> {
    const [node] = this.#nodes.all
    for (const [id, element] of this.#stored) {
      const session = this.ledger.get(id)
      if (!this.ledger.lives(session, this.#stored)) continue
      const { generation } = element
      const proof = session.owner?.at(generation)
      const current = node.services.sessions.refreshTokens.sign(this.userId, element)
      const future = node.services.sessions.refreshTokens.sign(this.userId, {
        ...element,
        generation: generation + 1,
      })
      // Only a restored backup leaves such a token in honest hands, and only the key of what is stored tells whose.
      if (proof) {
        await this.#expect(future, {}, 'refresh_token_locked')
        await this.#expect(future, lockOwner().at(generation), 'refresh_token_locked')
        await this.#expect(future, proof, 'ok')
        await this.#expect(current, { 'X-Refresh-Key': proof['X-Refresh-Key'] }, 'refresh_lock_malformed')
      } else await this.#expect(future, {}, 'refresh_token_invalid')
    }
    const before = this.#stored
    this.#stored = await this.#read()
    this.ledger.check([], before, this.#stored)
  }

  async #expect(refreshToken: string, headers: Record<string, string>, code: string): Promise<void> {
    const { sid, gen } = claimsOf(refreshToken)
    const [node] = this.#nodes.all
    const presentation: Presentation = {
      from: 'client',
      refreshToken,
      headers,
      key: null,
      node,
      outage: null,
    }
    const [answer] = await this.#present([presentation])
    this.tell(`somebody asks with ${this.#describe(`${sid}.${gen}`)}: ${answer && this.#inWords(answer)}`)
    if (answer?.code !== code) this.fail(`I5: the answer should have been ${code}`)
  }

  /** I3: by the second use of what a thief and its victim hold, outside the leeway, the session has ended. */
  async duel(victim: Tab, thiefFirst: boolean): Promise<void> {
    const cookies = this.#cookies(victim.browser)
    if (!cookies?.session) return
    const session = this.ledger.get(claimsOf(cookies.refreshToken).sid)
    const isOfVictim = ({ refreshToken }: Copy) => claimsOf(refreshToken).sid === session.id
    if (!this.copies.some(isOfVictim)) this.copy(victim.browser)
    const copy = this.copies.findIndex(isOfVictim)
    this.tell(`the thief and ${victim.name} use what they hold, outside the leeway`)
    const turns = [
      () => this.steal(copy, 'a key of its own', 'cookie'),
      () => this.refresh(victim, 'arrives'),
    ]
    for (const turn of thiefFirst ? turns : turns.reverse()) {
      this.pass(11)
      await turn()
    }
    if (this.ledger.lives(session, this.#stored)) this.fail(`I3: nobody noticed the thief of ${session.name}`)
    await this.#checkAccess(session)
  }

  // ── the server ──────────────────────────────────────────────────────────────────────────────────────────────────

  async #present(presentations: Presentation[], transport: Transport = 'cookie'): Promise<Answer[]> {
    const mend = presentations.map(({ outage, node }) => outage && breakDatabase(node, outage))
    try {
      return await Promise.all(presentations.map((each) => present(each, transport)))
    } finally {
      for (const each of mend) each?.()
    }
  }

  /** Compares what is stored now with what was stored before these answers. */
  async #judge(answers: Answer[]): Promise<void> {
    const before = this.#stored
    this.#stored = await this.#read()
    this.ledger.check(answers, before, this.#stored)
    for (const { presentation, code } of answers)
      if (code === 'refresh_token_reused')
        await this.#checkAccess(this.ledger.get(claimsOf(presentation.refreshToken).sid))
  }

  async #checkOthers(before: Stored, touched: SessionRecord): Promise<void> {
    this.#stored = await this.#read()
    for (const [id, element] of before) {
      const other = this.ledger.get(id)
      if (other === touched || !this.ledger.lives(other, before)) continue
      if (JSON.stringify(this.#stored.get(id)) !== JSON.stringify(element))
        this.fail(`I4: ${other.name} changed, and nobody had asked for it`)
    }
  }

  /** I4: the access tokens of a session that was ended are refused at once, by the process that ended it. */
  async #checkAccess(session: SessionRecord): Promise<void> {
    const { node, how } = session.end ?? { node: this.#nodes.all[0], how: 'expired' }
    const newest = session.accessTokens.slice(-5)
    for (const status of await Promise.all(newest.map((token) => access(node, token))))
      if (status !== 401)
        this.fail(`I4: ${session.name} was ${how}, and its access token is answered ${status}`)
  }

  async #read(): Promise<Stored> {
    const users = this.#nodes.all[0].services.database.connection.collection('users')
    const user = await users.findOne(
      { _id: new Types.ObjectId(this.userId) },
      { projection: { refreshTokens: 1 } },
    )
    const sessions = (user?.refreshTokens ?? []) as Session[]
    return new Map(sessions.map((session) => [session._id.toHexString(), session]))
  }

  // ── cookies ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #cookies(browser: Browser): Cookies | null {
    if (browser.cookies && browser.cookies.dropAt <= this.#now()) browser.cookies = null
    return browser.cookies
  }

  #setCookies(browser: Browser, setCookies: string[]): void {
    const refreshToken = cookieNamed('latchkey.refreshToken', setCookies)
    const session = cookieNamed('latchkey.session', setCookies)
    if (!refreshToken && !session) return
    if (!refreshToken || !session) this.fail('I1: the two cookies do not move together')
    const { sid, gen } = claimsOf(refreshToken.value)
    if (session.value !== `${sid}.${gen}`) this.fail('I1: the two cookies name different generations')
    const dropAt = this.#now() + refreshToken.maxAgeSeconds * 1000
    browser.cookies = { refreshToken: refreshToken.value, session: session.value, dropAt }
  }

  // ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #describe(sessionCookie: string): string {
    const [sessionId = '', generation] = sessionCookie.split('.')
    return `${this.ledger.get(sessionId).name} at generation ${generation}`
  }

  #inWords({ status, code, refreshToken, generation }: Answer): string {
    if (refreshToken) return `${status}, generation ${claimsOf(refreshToken).gen}`
    return `${status} ${code}${generation === null ? '' : `, which names generation ${generation}`}`
  }
}

/** One of the orders of some things, by number. */
function shuffled<T>(things: T[], order: number): T[] {
  const left = [...things]
  const result: T[] = []
  let rest = order
  while (left.length > 0) {
    result.push(...left.splice(rest % left.length, 1))
    rest = Math.floor(rest / (left.length + 1))
  }
  return result
}

function duration(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} days`
  return seconds % 3600 === 0 ? `${seconds / 3600} hours` : `${seconds} seconds`
}
