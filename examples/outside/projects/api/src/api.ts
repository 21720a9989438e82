import type { AddressInfo } from 'node:net'
import { StandardClaimsSchema } from '@latchkey/contracts'
import { createSessions, defaultSettings } from '@latchkey/sessions'
import express, { type ErrorRequestHandler } from 'express'
import mongoose, { Types } from 'mongoose'
import { Member } from './member.js'
import { hashOf, isRight } from './password.js'

const { MONGO_URI = '', ACCESS_SECRET = '', REFRESH_SECRET = '', PORT = '0' } = process.env

await mongoose.connect(MONGO_URI)
await Member.init()

const sessions = createSessions({
  users: Member,
  settings: defaultSettings({ accessSecret: ACCESS_SECRET, refreshSecret: REFRESH_SECRET }),
  // What answers show of a member; access tokens say nothing beside the standard claims.
  owner: {
    fields: { username: 1, email: 1 },
    read: ({ _id, username, email }) =>
      _id instanceof Types.ObjectId ? { _id, username: String(username), email: String(email) } : null,
    claimsSchema: StandardClaimsSchema,
    claims: () => ({}),
    view: ({ _id, username, email }) => ({ id: _id.toHexString(), username, email }),
  },
})
await sessions.start()

const app = express()
app.use('/api', sessions.routes())
app.use(sessions.wellKnown())

app.post('/api/register', express.json(), async (req, res, next) => {
  try {
    const { username, email, password } = texts(req.body)
    const { _id } = await Member.create({ username, email, secret: await hashOf(password) })
    res.status(201).json(await sessions.signIn(req, res, _id))
  } catch (error) {
    next(error)
  }
})

app.post('/api/login', express.json(), async (req, res, next) => {
  try {
    const { email, password } = texts(req.body)
    const member = await Member.findOne({ email })
    if (!member || !(await isRight(password, member.secret))) return void res.sendStatus(401)
    res.json(await sessions.signIn(req, res, member._id))
  } catch (error) {
    next(error)
  }
})

app.get('/api/orders', sessions.authenticate, (req, res) => {
  res.json({ orders: ['a lock', 'a key'], of: sessions.claimsOf(req).sub })
})

const taken: ErrorRequestHandler = (error, _req, res, next) =>
  error.code === 11_000 ? void res.sendStatus(409) : next(error)
app.use(taken, sessions.problems)

const server = app.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`The shop is open on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
)

process.once('SIGTERM', async () => {
  server.close()
  server.closeAllConnections()
  await sessions.stop()
  await mongoose.disconnect()
})

function texts(body: unknown): Record<'username' | 'email' | 'password', string> {
  const { username = '', email = '', password = '' } = Object(body)
  return { username: String(username), email: String(email), password: String(password) }
}
