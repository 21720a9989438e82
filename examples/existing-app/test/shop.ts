import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StandardClaimsSchema } from '@latchkey/contracts'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { createSessions, defaultSettings, sessionSchema } from '@latchkey/sessions'
import express from 'express'
import mongoose, { Schema, Types } from 'mongoose'

export const ada = { email: 'ada@example.com', password: 'an analytical engine' }

export interface Shop {
  url: string
  close(): Promise<void>
}

/** An application whose answers have the username by which the client shows people. Ada may sign in. */
export async function openShop(): Promise<Shop> {
  const connection = await mongoose.createConnection(testDatabaseUri()).asPromise()
  const User = connection.model(
    'Customer',
    new Schema({ username: String, email: String, refreshTokens: [sessionSchema] }),
  )
  const { _id } = await User.create({ username: 'ada', email: ada.email })
  const sessions = createSessions({
    users: User,
    settings: defaultSettings({ accessSecret: 'the access secret', refreshSecret: 'the refresh secret' }),
    owner: {
      fields: { username: 1 },
      read: ({ _id, username }) =>
        _id instanceof Types.ObjectId ? { _id, username: String(username) } : null,
      claimsSchema: StandardClaimsSchema,
      claims: () => ({}),
      view: ({ _id, username }) => ({ id: _id.toHexString(), username }),
    },
  })
  await sessions.start()

  const app = express()
  app.use('/api', sessions.routes())
  app.post('/api/login', express.json(), async (req, res) => {
    if (req.body.password !== ada.password) return void res.sendStatus(401)
    res.json(await sessions.signIn(req, res, _id))
  })
  app.get('/api/orders', sessions.authenticate, (_req, res) => void res.json({ orders: [] }))
  app.use(sessions.problems)
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await sessions.stop()
      await connection.close()
    },
  }
}
