import type { AccessTokenClaims, Role, SignedIn, Tokens } from '@latchkey/contracts'
import type { Request, Response } from 'express'
import { type mongo, Types } from 'mongoose'
import type { Config } from '../../src/config.ts'
import { startApi, type TestApi } from '../support/api.ts'
import { type Person, somebody } from '../support/people.ts'
import { whom } from '../support/whom.ts'
import { BrokenInvariant } from './ledger.ts'
import { access, cookieHeader, cookieNamed, post, type Reply } from './wire.ts'

/** How one process is run: how wrong its clock is, and its ACCESS_TOKEN_EXPIRY. */
export interface Running {
  offsetSeconds: number
  ttlSeconds: number
}

/** A process of the API with a clock and settings of its own. */
interface Node extends Running {
  name: string
  api: TestApi
}

/** Several processes on one database. Their clocks go on together, each as wrong as it is. */
export interface Nodes {
  all: Node[]
  /** The time that nobody's clock shows, in milliseconds. */
  now: number
  /** What is on its way down. */
  closing: Promise<void>[]
  close(): Promise<void>
}

const usual: Running = { offsetSeconds: 0, ttlSeconds: 900 }

export async function startNodes(): Promise<Nodes> {
  const nodes: Nodes = {
    all: [],
    now: Date.now(),
    closing: [],
    close: async () =>
      void (await Promise.all([...nodes.closing, ...nodes.all.map(({ api }) => api.close())])),
  }
  for (const name of ['node A', 'node B', 'node C']) {
    const node = { name, ...usual } as Node
    node.api = await start(nodes, node)
    nodes.all.push(node)
  }
  return nodes
}

function start(nodes: Nodes, node: Node): Promise<TestApi> {
  return startApi({
    clock: { now: () => new Date(nodes.now + node.offsetSeconds * 1000), advance: () => {} },
    environment: {
      LOG_LEVEL: 'silent',
      SESSION_LIMIT: '3',
      ACCESS_TOKEN_EXPIRY: `${node.ttlSeconds}s`,
    },
    configure: (config) => ({ ...config, rateLimits: unlimited(config.rateLimits) }),
    ...(nodes.all[0] && { mongoUri: nodes.all[0].api.mongoUri }),
  })
}

const unlimited = (limits: Config['rateLimits']) =>
  Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [
      name,
      typeof limit === 'object' ? { ...limit, points: 1e6 } : limit,
    ]),
  ) as unknown as Config['rateLimits']

interface Owner extends Person {
  name: string
  userId: Types.ObjectId
  roles: Role[]
  state: 'here' | 'disabled' | 'deleted'
  sessions: Device[]
}

/** A session that is open, on some device. */
interface Device {
  id: string
  name: string
  owner: Owner
  refreshToken: string
}

interface Issued {
  name: string
  raw: string
  claims: AccessTokenClaims
  device: Device
  /** By what it was ended, if it was. */
  endedBy: string | null
}

/** What takes something from a person: which of their tokens and sessions it ends, and which it leaves. */
export type Change = 'roles' | 'disabling' | 'a new password' | 'a reset' | 'deletion'

/**
 * Two people, their devices, and the processes that they and an administrator come across. Told in `story`; after each
 * event every token that was ever issued is tried at every process that has heard of it all.
 */
export class EndingsWorld {
  readonly story: string[] = []
  readonly #nodes: Nodes
  readonly #owners: Owner[] = []
  readonly #issued: Issued[] = []
  /** How wrong the database's clock is; another member of a replica set may have another. */
  #databaseOffsetSeconds = 0
  /** What the database will have removed by when, by its own clock. */
  readonly #removals = new Map<string, { at: number; removedAt: number }>()
  #devices = 0

  static async begin(nodes: Nodes, running: Running[]): Promise<EndingsWorld> {
    const world = new EndingsWorld(nodes)
    await world.#revocations.deleteMany({})
    for (const [index, each] of running.entries()) await world.restart(index, each)
    for (const name of ['Ada', 'Bob']) {
      const owner = { ...somebody(), name, roles: ['user'], state: 'here', sessions: [] } as unknown as Owner
      const { username, email, password } = owner
      const node = world.#node(0)
      const reply = await post(node.api, '/api/register', { username, email, password }, {})
      if (reply.status !== 201) throw new Error(`register answered ${reply.status}: ${reply.text}`)
      owner.userId = new Types.ObjectId((JSON.parse(reply.text) as SignedIn).user.id)
      world.#owners.push(owner)
      world.#opened(owner, node, reply)
      await world.signIn(world.#owners.length - 1, 1)
    }
    return world
  }

  private constructor(nodes: Nodes) {
    this.#nodes = nodes
  }

  fail(message: string): never {
    throw new BrokenInvariant([`I6: ${message}`, ...this.story.map((event) => `    ${event}`)].join('\n'))
  }

  #tell(event: string): void {
    this.story.push(event)
  }

  #node = (index: number) => this.#nodes.all[index % this.#nodes.all.length] as Node
  #owner = (index: number) => this.#owners[index % this.#owners.length] as Owner

  #device(index: number): Device | null {
    const open = this.#owners.flatMap(({ sessions }) => sessions)
    return open[index % Math.max(1, open.length)] ?? null
  }

  get #database() {
    return this.#node(0).api.services.database.connection
  }

  get #revocations() {
    return this.#database.collection('revocations')
  }

  // ── signing in and out ──────────────────────────────────────────────────────────────────────────────────────────

  async signIn(who: number, where: number): Promise<void> {
    const [owner, node] = [this.#owner(who), this.#node(where)]
    const { email, password, state } = owner
    const reply = await post(node.api, '/api/login', { email, password }, {})
    const right = { here: 200, disabled: 403, deleted: 401 }[state]
    if (reply.status !== right) this.fail(`${owner.name} signs in and is answered ${reply.status}`)
    if (reply.status !== 200) return
    const device = this.#opened(owner, node, reply)
    const stored = await this.#stored(owner)
    for (const other of [...owner.sessions])
      if (!stored.has(other.id)) this.#close(other, `${device.name}, for which there was no room`)
  }

  #opened(owner: Owner, node: Node, reply: Reply): Device {
    const id = cookieNamed('latchkey.session', reply.setCookies)?.value.split('.')[0] ?? ''
    const device = { id, name: `device ${++this.#devices}`, owner, refreshToken: '' }
    owner.sessions.push(device)
    this.#took(device, node, reply, `${owner.name} signs in with ${device.name}`)
    return device
  }

  async refresh(which: number, where: number): Promise<void> {
    const device = this.#device(which)
    if (device) await this.#refresh(device, this.#node(where))
  }

  async #refresh(device: Device, node: Node): Promise<void> {
    const reply = await post(node.api, '/api/refresh-token', undefined, cookieHeader(device.refreshToken))
    if (reply.status === 200) this.#took(device, node, reply, `${device.name} refreshes`)
    else if (device.owner.sessions.includes(device))
      this.fail(`${device.name} lives, and its refresh is answered ${reply.status}: ${reply.text}`)
  }

  /** An answer with tokens: they say what is true, and live for as long as the process that issued them is told. */
  #took(device: Device, node: Node, { text, setCookies }: Reply, event: string): void {
    const { accessToken, expiresIn } = JSON.parse(text) as Tokens
    device.refreshToken = cookieNamed('latchkey.refreshToken', setCookies)?.value ?? ''
    const claims: AccessTokenClaims = JSON.parse(
      Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString(),
    )
    const name = `token ${this.#issued.length + 1}`
    this.#issued.push({ name, raw: accessToken, claims, device, endedBy: null })
    this.#tell(`${event} at ${node.name}: ${name}, ${claims.roles.join(' and ')}`)
    const { iat, exp } = claims
    if (iat !== secondsOf(this.#nodes, node)) this.fail(`the iat of ${name} is not the time of ${node.name}`)
    if (exp - iat !== node.ttlSeconds || expiresIn !== node.ttlSeconds)
      this.fail(`${name} lives for ${exp - iat} s and says ${expiresIn}, and ${node.ttlSeconds} is set`)
  }

  async signOut(which: number, where: number): Promise<void> {
    const device = this.#device(which)
    if (!device) return
    const node = this.#node(where)
    const reply = await post(node.api, '/api/logout', undefined, cookieHeader(device.refreshToken))
    if (reply.status !== 200) this.fail(`${device.name} signs out and is answered ${reply.status}`)
    this.#close(device, `${device.name} signs out at ${node.name}`)
  }

  /** The process is killed when the end of a session is told, and the session still stored. A refresh finishes it. */
  async signOutCutOff(which: number, where: number): Promise<void> {
    const device = this.#device(which)
    if (!device) return
    const node = this.#node(where)
    await node.api.services.sessions.revocations.revokeSessions([new Types.ObjectId(device.id)], {
      userId: device.owner.userId,
      reason: 'signed_out',
    })
    this.#close(device, `${device.name} signs out at ${node.name}, which is killed before that is done`)
    await this.restart(where, node)
    await this.check()
    const other = this.#node(where + 1)
    const reply = await post(other.api, '/api/refresh-token', undefined, cookieHeader(device.refreshToken))
    if (reply.status !== 403)
      this.fail(`${device.name} was signed out, and its refresh is answered ${reply.status}`)
  }

  async signOutOthers(which: number, where: number): Promise<void> {
    const device = this.#device(which)
    if (!device) return
    const { owner } = device
    const node = this.#node(where)
    await node.api.services.sessions.revokeOthers(owner.userId.toHexString(), device.id)
    for (const other of owner.sessions.filter((each) => each !== device))
      this.#close(other, `${device.name} signs all others out at ${node.name}`)
  }

  #close(device: Device, event: string): void {
    this.#tell(`${event}: ${device.name} is signed out`)
    device.owner.sessions = device.owner.sessions.filter((each) => each !== device)
    this.#end(({ device: of }) => of === device, event)
  }

  #end(which: (issued: Issued) => boolean, event: string): void {
    for (const issued of this.#issued) if (which(issued)) issued.endedBy ??= event
  }

  // ── what ends more than one session, or none ────────────────────────────────────────────────────────────────────

  /** A change at one process; `meanwhile`, the devices of the person refresh at others: before it, or all at once. */
  async change(
    what: Change,
    who: number,
    where: number,
    meanwhile: 'nothing' | 'between' | 'at once',
  ): Promise<void> {
    const owner = this.#owner(who)
    if (owner.state === 'deleted') return
    const node = this.#node(where)
    const kept = what === 'a new password' ? owner.sessions.at(-1) : undefined
    if (what === 'a new password' && !kept) return
    const issuedBefore = new Set(this.#issued)
    const refreshAll = async () =>
      void (await Promise.all(
        owner.sessions.map((device, index) => this.#refreshMeanwhile(device, this.#node(where + 1 + index))),
      ))
    this.#tell(`${owner.name}: ${what} at ${node.name}`)
    const apply = () => this.#apply(what, owner, node, kept)
    if (meanwhile === 'between') await afterRevoking(node, refreshAll, apply)
    else await Promise.all([apply(), meanwhile === 'at once' && refreshAll()])
    this.#settle(what, owner, kept, issuedBefore)
  }

  /** The process is killed when the change is stored and nothing else is done. It starts again. */
  async changeCutOff(what: Change, who: number, where: number): Promise<void> {
    const owner = this.#owner(who)
    if (owner.state === 'deleted') return
    const node = this.#node(where)
    const kept = what === 'a new password' ? owner.sessions.at(-1) : undefined
    if (what === 'a new password' && !kept) return
    const issuedBefore = new Set(this.#issued)
    this.#tell(`${owner.name}: ${what} at ${node.name}, which is killed as soon as that is stored`)
    await killedWhenStored(node, () => this.#apply(what, owner, node, kept))
    await this.restart(where, node)
    this.#settle(what, owner, kept, issuedBefore)
  }

  /** A refresh that may lose against the change. */
  async #refreshMeanwhile(device: Device, node: Node): Promise<void> {
    const reply = await post(node.api, '/api/refresh-token', undefined, cookieHeader(device.refreshToken))
    if (reply.status === 200) this.#took(device, node, reply, `  meanwhile ${device.name} refreshes`)
  }

  async #apply(what: Change, owner: Owner, { api }: Node, kept: Device | undefined): Promise<void> {
    const { accounts, administration, passwords } = api.services
    const id = owner.userId.toHexString()
    const password = `${owner.password}!`
    if (what === 'roles') await administration.setRoles(id, otherRoles(owner))
    if (what === 'disabling')
      await (owner.state === 'disabled' ? administration.enable(id) : administration.disable(id))
    if (what === 'deletion') await accounts.remove(owner.userId)
    const user = await accounts.credentials(id)
    if (!user) return
    if (what === 'a new password')
      await accounts.changePassword(user, await passwords.hash(password, whom('test')), kept?.id ?? '')
    if (what === 'a reset')
      await accounts.resetPassword(user, await passwords.hash(password, whom('test')), null)
  }

  /** What must be so from now on. */
  #settle(what: Change, owner: Owner, kept: Device | undefined, issuedBefore: Set<Issued>): void {
    const ofOwner = ({ device }: Issued) => device.owner === owner
    if (what === 'roles') {
      owner.roles = otherRoles(owner)
      const current = JSON.stringify(owner.roles)
      // What was issued meanwhile says by its roles whether that was before or after.
      this.#end(
        (each) => ofOwner(each) && (issuedBefore.has(each) || JSON.stringify(each.claims.roles) !== current),
        what,
      )
      return
    }
    if (what === 'disabling') owner.state = owner.state === 'disabled' ? 'here' : 'disabled'
    if (what === 'deletion') owner.state = 'deleted'
    if (what === 'a new password' || what === 'a reset') owner.password += '!'
    for (const device of owner.sessions.filter((each) => each !== kept)) this.#close(device, what)
  }

  /** What a change revokes first, and no change: people refresh and go on. */
  async comesToNothing(who: number, where: number): Promise<void> {
    const owner = this.#owner(who)
    if (owner.state === 'deleted') return
    const { api, name } = this.#node(where)
    this.#tell(`a change of ${owner.name} at ${name} comes to nothing`)
    await api.services.sessions.revokeIssued(owner.userId)
    this.#end(({ device }) => device.owner === owner, 'a change that came to nothing')
  }

  /** A process that was about to revoke is held up for so long that others, which began later, are done before it. */
  async overtaken(who: number, where: number, by: 'a change of roles' | 'a sign-out'): Promise<void> {
    const owner = this.#owner(who)
    const [first] = owner.sessions
    if (!first) return
    const slow = this.#node(where)
    this.#tell(`${slow.name} is about to revoke what ${owner.name} was issued, and is held up`)
    const { revocations, revokeIssued } = slow.api.services.sessions
    const { revokeBelow } = revocations
    let late = async () => {}
    revocations.revokeBelow = async (...asked) => {
      late = () => revokeBelow(...asked)
    }
    const kept = by === 'a sign-out' ? owner.sessions.at(-1) : undefined
    await revokeIssued(owner.userId, kept?.id ?? null)
    revocations.revokeBelow = revokeBelow
    this.#end(({ device }) => device.owner === owner && device !== kept, 'a change that was held up')
    for (const device of owner.sessions) await this.#refresh(device, this.#node(where + 1))
    if (by === 'a sign-out') await this.signOut(this.#indexOf(first), where + 1)
    else await this.change('roles', who, where + 1, 'nothing')
    this.#tell(`${slow.name} goes on`)
    await late()
  }

  #indexOf = (device: Device) => this.#owners.flatMap(({ sessions }) => sessions).indexOf(device)

  // ── machines and time ───────────────────────────────────────────────────────────────────────────────────────────

  async restart(which: number, running: Running): Promise<void> {
    const node = this.#node(which)
    const { offsetSeconds, ttlSeconds } = running
    const same = node.offsetSeconds === offsetSeconds && node.ttlSeconds === ttlSeconds
    Object.assign(node, { offsetSeconds, ttlSeconds })
    this.#tell(`${node.name} ${same ? 're' : ''}starts, ${offsetSeconds} s off, with ${ttlSeconds} s a token`)
    const before = node.api
    node.api = await start(this.#nodes, node)
    this.#nodes.closing.push(before.close())
  }

  async reload(which: number): Promise<void> {
    await this.#node(which).api.services.sessions.revocations.catchUp(true)
  }

  /** Time goes by, and the database removes what is over by its own clock. */
  async pass(seconds: number): Promise<void> {
    this.#nodes.now += seconds * 1000
    this.#tell(`${seconds} s pass`)
    await this.#removeExpired()
  }

  async failOver(offsetSeconds: number): Promise<void> {
    this.#databaseOffsetSeconds = offsetSeconds
    this.#tell(`the database fails over to a machine that is ${offsetSeconds} s off`)
    await this.#removeExpired()
  }

  get #databaseNow() {
    return this.#nodes.now + this.#databaseOffsetSeconds * 1000
  }

  /** The database's real clock does not move with ours: each record is given the life that it says it has. */
  async #noteRemovals(): Promise<void> {
    for (const { _id, at, expiresAt } of await this.#revocations.find().toArray()) {
      const id = String(_id)
      if (this.#removals.get(id)?.at === at.getTime()) continue
      const removedAt = this.#databaseNow + expiresAt.getTime() - at.getTime()
      this.#removals.set(id, { at: at.getTime(), removedAt })
    }
  }

  async #removeExpired(): Promise<void> {
    const expired = [...this.#removals].filter(([, { removedAt }]) => removedAt <= this.#databaseNow)
    if (expired.length === 0) return
    this.#tell(`the database removes ${expired.length} revocations`)
    await this.#revocations.deleteMany({ _id: { $in: expired.map(([id]) => new Types.ObjectId(id)) } })
    for (const [id] of expired) this.#removals.delete(id)
  }

  // ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Everybody hears of everything, as within a second; then every token is tried everywhere. */
  async check(): Promise<void> {
    await this.#noteRemovals()
    await Promise.all(this.#nodes.all.map(({ api }) => api.services.sessions.revocations.catchUp()))
    for (const node of this.#nodes.all)
      for (const issued of this.#issued) this.#judge(issued, node, await knock(node, issued.raw))
  }

  /** The same over the wire. */
  async checkOverTheWire(): Promise<void> {
    for (const node of this.#nodes.all)
      for (const issued of this.#issued) {
        const status = await access(node.api, issued.raw)
        this.#judge(issued, node, status === 200 ? 'ok' : `${status}`)
      }
  }

  #judge({ name, claims, endedBy, device }: Issued, node: Node, answer: string): void {
    if (endedBy !== null) {
      if (answer === 'ok')
        this.fail(`${name} of ${device.name} was ended (${endedBy}), and ${node.name} takes it`)
      return
    }
    // A token lives for what was set where it was issued, and for what is set where it is shown.
    const expired = secondsOf(this.#nodes, node) >= Math.min(claims.exp, claims.iat + node.ttlSeconds)
    if (expired && answer === 'ok')
      this.fail(`${name} of ${device.name} has expired, and ${node.name} takes it`)
    if (!expired && answer !== 'ok')
      this.fail(`nothing has ended ${name} of ${device.name}, and ${node.name} answers ${answer}`)
  }

  async #stored({ userId: _id }: Owner): Promise<Set<string>> {
    const user = await this.#database.collection('users').findOne({ _id })
    return new Set(user?.refreshTokens.map((session: { _id: unknown }) => String(session._id)))
  }
}

const secondsOf = (nodes: Nodes, node: Node) => Math.floor(nodes.now / 1000 + node.offsetSeconds)

const otherRoles = ({ roles }: Owner): Role[] => (roles.includes('admin') ? ['user'] : ['user', 'admin'])

/** What the guard of a protected route says: `ok`, or the code of its refusal. */
function knock({ api }: Node, accessToken: string): Promise<string> {
  const request = { headers: { authorization: `Bearer ${accessToken}` } } as Request
  return new Promise((answer) => {
    const codeOf = (error: unknown) => (error as { code: string }).code
    try {
      api.services.sessions.authenticate(request, {} as Response, (error: unknown) =>
        answer(error ? codeOf(error) : 'ok'),
      )
    } catch (error) {
      answer(codeOf(error))
    }
  })
}

/** Does something, and something else in the midst of it: when the process has revoked what was issued before. */
async function afterRevoking({ api }: Node, then: () => Promise<void>, change: () => Promise<void>) {
  const { revocations } = api.services.sessions
  const { revokeBelow } = revocations
  revocations.revokeBelow = async (...asked) => {
    revocations.revokeBelow = revokeBelow
    await revokeBelow(...asked)
    await then()
  }
  try {
    await change()
  } finally {
    revocations.revokeBelow = revokeBelow
  }
}

/** Does something until it is stored with its user. What comes after is never done. */
async function killedWhenStored({ api }: Node, change: () => Promise<void>): Promise<void> {
  const { collection } = api.services.database.connection.model('User')
  const { findOneAndUpdate, deleteOne } = collection
  let killed = () => {}
  const kill = new Promise<void>((done) => {
    killed = done
  })
  const never = new Promise<never>(() => {})
  const dieAfter =
    (intact: typeof findOneAndUpdate | typeof deleteOne, isIt: (update: mongo.Document) => boolean) =>
    async (...args: unknown[]) => {
      const result = await Reflect.apply(intact, collection, args)
      if (!isIt((args[1] ?? {}) as mongo.Document)) return result
      killed()
      return await never
    }
  const stores = (update: mongo.Document) =>
    [update]
      .flat()
      .some(({ $set = {} }) => ['roles', 'disabledAt', 'passwordHash'].some((name) => name in $set))
  collection.findOneAndUpdate = dieAfter(findOneAndUpdate, stores) as typeof findOneAndUpdate
  collection.deleteOne = dieAfter(deleteOne, () => true) as typeof deleteOne
  await Promise.race([kill, change()])
}
