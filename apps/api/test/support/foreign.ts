import { randomBytes } from 'node:crypto'
import { apiPrefix, ProblemSchema, type RouteContract, routes } from '@latchkey/contracts'
import mongoose from 'mongoose'
import { apiForTest, type TestApi } from './api.ts'
import { type MailServer, mailServer, tokenIn } from './mail-server.ts'
import { password, registered, stored, verified } from './people.ts'

const { BSON, ObjectId } = mongoose.mongo

/** The two ways in which a document says nothing, as updates of one field. */
export const ways = {
  missing: (path: string) => ({ $unset: { [path]: 1 } }),
  null: (path: string) => ({ $set: { [path]: null } }),
}
export type Way = keyof typeof ways

/** Every field that the schema of a model knows, but for the id; or of the documents in one of its lists. */
export function fieldsOf(api: TestApi, model: string, ...lists: string[]): string[] {
  let { schema } = api.services.database.connection.model(model)
  for (const list of lists) schema = schema.path(list).schema as typeof schema
  return Object.keys(schema.paths)
}

export interface World {
  api: TestApi
  mail: MailServer
  /** The access token of an administrator. */
  admin: string
  /** A user who has changed their name and their address, and the browser that they used. */
  model: mongoose.mongo.Document
  device: string
}

/** An API with mail, an administrator, and a user of whom others can be made. No limit is in the way. */
export async function worldForTest(): Promise<World> {
  const mail = await mailServer()
  const api = await apiForTest({
    environment: { SMTP_URL: mail.url },
    configure: (config) => ({
      ...config,
      mail: { ...config.mail, pollMs: 50 },
      rateLimits: unlimited(config.rateLimits),
    }),
  })
  const boss = await registered(api)
  await usersOf(api).updateOne({ emailKey: boss.email }, { $set: { roles: ['user', 'admin'] } })
  const world = { api, mail, admin: '', model: {}, device: '' }
  world.admin = (await call(world, routes.login, { body: { email: boss.email, password } })).accessToken

  const person = await registered(api)
  await verified(api, mail, person)
  const token = person.body.accessToken
  const email = `new-${person.email}`
  await call(world, routes.updateMe, { token, body: { username: `new-${person.username}`, password } })
  await call(world, routes.changeEmail, { token, body: { email, password } })
  const link = tokenIn(await mail.mailTo(email, /Confirm your new email/))
  await call(world, routes.confirmEmail, { token, body: { token: link } })
  world.model = await stored(api, { email })
  world.device = person.jar.header.split('; ').find((cookie) => cookie.includes('device=')) ?? ''
  return world
}

const unlimited = <Limits extends object>(limits: Limits): Limits =>
  Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, { ...limit, points: 1_000_000 }]),
  ) as Limits

export const usersOf = (api: TestApi) => api.services.database.connection.collection('users')

/** Somebody who was put into the database by another system, and is signed in. */
export interface Foreigner {
  _id: InstanceType<typeof ObjectId>
  username: string
  email: string
  token: string
  cookie: string
  sessionId: string
}

export async function foreigner(world: World, fields: object = {}): Promise<Foreigner> {
  const _id = new ObjectId()
  const name = `f-${randomBytes(6).toString('hex')}`
  const former = String(world.model.username).replace('new-', '')
  const text = BSON.EJSON.stringify(world.model).replaceAll(former, name)
  const document = { ...BSON.EJSON.parse(text), _id, refreshTokens: [], ...fields }
  await usersOf(world.api).insertOne(document)
  const { username, email } = document
  const { sessions } = world.api.services
  const device = { userAgent: 'okhttp/4.12', ip: '127.0.0.1' }
  const signedIn = await sessions.issue(_id, sessions.begin({ device }))
  if (!signedIn) throw new Error('nobody is there')
  const { accessToken } = sessions.accessTokens.sign(signedIn)
  const sessionId = signedIn.session._id.toHexString()
  const cookie = `latchkey.refreshToken=${signedIn.refreshToken}; latchkey.session=${sessionId}.0`
  return { _id, username, email, token: accessToken, cookie: `${cookie}; ${world.device}`, sessionId }
}

interface Call {
  token?: string
  cookie?: string
  body?: object
  params?: Record<string, string>
}

/** A refusal that says so properly: its status and its code. */
export class Refused extends Error {}

/**
 * One request, answered as its contract says. Throws Refused for a 4xx with a problem document, and Error for everything
 * that should never happen.
 */
export async function call({ api }: Pick<World, 'api'>, route: RouteContract, sent: Call) {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => sent.params?.[name] ?? '')
  const response = await fetch(`${api.url}${apiPrefix}${path}`, {
    method: route.method,
    headers: {
      ...(sent.token && { Authorization: `Bearer ${sent.token}` }),
      ...(sent.cookie && { Cookie: sent.cookie }),
      ...(sent.body && { 'Content-Type': 'application/json' }),
    },
    ...(sent.body && { body: JSON.stringify(sent.body) }),
  })
  const text = await response.text()
  const said = `${route.method} ${route.path}: ${response.status}`
  const body = text === '' ? null : JSON.parse(text)
  if (response.status === route.status) {
    const parsed = route.reply?.safeParse(body)
    if (parsed && !parsed.success) throw new Error(`${said}, but ${parsed.error.message}`)
    return body
  }
  if (response.status === 204) throw new Refused(said) // signed out, but of nothing
  if (response.status < 400 || response.status >= 500) throw new Error(`${said} ${text}`)
  throw new Refused(`${said} ${ProblemSchema.parse(body).code}`)
}

/** The link in a mail to somebody's address. Throws Refused when nothing is queued for them any more, and none came. */
export async function linkTo(
  { api, mail }: World,
  { _id }: Foreigner,
  address: string,
  subject: RegExp,
): Promise<string> {
  const jobs = api.services.database.connection.collection('mailJobs')
  const find = () => mail.received.findLast(({ to, subject: s }) => to.includes(address) && subject.test(s))
  const deadline = Date.now() + 60_000
  for (;;) {
    const found = find()
    if (found) return tokenIn(found)
    const waiting = await jobs.countDocuments({ $or: [{ userId: _id }, { email: address }] })
    if (waiting === 0 && !find()) throw new Refused(`no mail about ${subject}`)
    if (Date.now() > deadline) throw new Error(`a mail about ${subject} is queued and never comes`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** What the operator has to look at. */
export const complaintsOf = (api: TestApi): string[] =>
  api
    .logged()
    .split('\n')
    .filter((line) => /"level":(40|50|60)/.test(line) || /could not be read/.test(line))
