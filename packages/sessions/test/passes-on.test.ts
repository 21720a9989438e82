import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import mongoose, { Schema } from 'mongoose'
import { expect, it } from 'vitest'
import { createSessions, defaultSettings, sessionSchema } from '../src/index.ts'

it.each(['/api/orders', '/api/sessionsof', '/api/'])(
  'passes on what is not its own without a turn of the event loop: %s',
  async (path) => {
    const users = new Schema({ refreshTokens: [sessionSchema] }, { autoCreate: false, autoIndex: false })
    const sessions = createSessions({
      users: mongoose.createConnection().model('Guest', users),
      settings: defaultSettings({ accessSecret: 'the access secret', refreshSecret: 'the refresh secret' }),
    })
    let turns = 0
    const app = express()
    app.use((_req, _res, next) => {
      setImmediate(() => turns++)
      next()
    })
    app.use('/api', sessions.routes())
    app.get(path, (_req, res) => void res.json({ turns }))

    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    server.closeAllConnections()
    server.close()

    expect(await answer.json()).toEqual({ turns: 0 })
  },
)
