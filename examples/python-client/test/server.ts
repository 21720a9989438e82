import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { createSessions, defaultSettings, sessionSchema } from '@latchkey/sessions'
import express, { type Express } from 'express'
import mongoose, { Schema } from 'mongoose'

const secrets = {
  accessSecret: 'an access secret of this test',
  refreshSecret: 'a refresh secret of this test',
}
const usual = defaultSettings(secrets)
/** Of cookies: other than what clients take for usual. */
export const prefix = 'app-1'
export const ada = { email: 'ada@example.com', password: 'an-engine' }

const userSchema = new Schema({ email: String, password: String, refreshTokens: [sessionSchema] })

/** An application with sessions of Latchkey, that can be stopped and started on the same database. */
export async function application() {
  const uri = testDatabaseUri('python')
  const events: string[] = []
  let now = Date.now()
  let stop = async () => {}
  let url = ''

  async function start(): Promise<void> {
    const connection = await mongoose.createConnection(uri).asPromise()
    const User = connection.model('User', userSchema)
    await User.updateOne({ email: ada.email }, ada, { upsert: true })
    const sessions = createSessions({
      users: User,
      settings: { ...usual, cookie: { ...usual.cookie, prefix } },
      clock: { now: () => new Date(now) },
      async onEvent({ kind }) {
        events.push(kind)
      },
    })
    await sessions.start()
    const app: Express = express()
    app.use('/api', sessions.routes())
    app.post('/api/login', express.json(), async (req, res) => {
      const user = await User.findOne({ email: String(req.body.email), password: String(req.body.password) })
      if (!user) return void res.status(401).json({ detail: 'Wrong.' })
      res.json(await sessions.signIn(req, res, user._id))
    })
    app.get('/api/protected', sessions.authenticate, (req, res) => {
      res.json({ sid: sessions.claimsOf(req).sid })
    })
    const server = createServer(app.use(sessions.problems))
    url = await listening(server)
    stop = async () => {
      await closed(server)
      sessions.stop()
      await connection.close()
    }
  }

  /** The sessions of the user, as they are stored. */
  async function stored() {
    const connection = await mongoose.createConnection(uri).asPromise()
    const user = await connection.collection('users').findOne({ email: ada.email })
    await connection.close()
    return user?.refreshTokens as { _id: { toString(): string }; generation: number; lock: string | null }[]
  }

  await start()
  return {
    url: () => url,
    events,
    stored,
    start,
    stop: () => stop(),
    /** Access tokens live a quarter of an hour. */
    later(minutes = 16) {
      now += minutes * 60_000
    },
  }
}

export async function listening(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
}
