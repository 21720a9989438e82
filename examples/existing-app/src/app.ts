import { createSessions, defaultSettings, sessionSchema } from '@latchkey/sessions'
import bcrypt from 'bcryptjs'
import express, { type Express } from 'express'
import { type Connection, Schema } from 'mongoose'

const userSchema = new Schema({
  login: { type: String, required: true, unique: true },
  secret: { type: String, required: true },
  refreshTokens: [sessionSchema],
})

interface Secrets {
  accessSecret: string
  refreshSecret: string
}

/** An application that already had users. Sessions go into the new field `refreshTokens`; nothing else changes. */
export async function createApp(connection: Connection, secrets: Secrets): Promise<Express> {
  const User = connection.model('Member', userSchema)
  const sessions = createSessions({ users: User, settings: defaultSettings(secrets) })
  await sessions.start()

  const app = express()
  app.use('/api', sessions.routes())
  const nobodys = bcrypt.hashSync(crypto.randomUUID()) // compared all the same, so that time tells nothing
  app.post('/api/login', express.json(), async (req, res, next) => {
    try {
      const user = await User.findOne({ login: String(req.body?.email) })
      const right = await bcrypt.compare(String(req.body?.password), user?.secret ?? nobodys)
      if (!user || !right) return void res.sendStatus(401)
      res.json(await sessions.signIn(req, res, user._id))
    } catch (error) {
      next(error)
    }
  })
  app.get('/api/orders', sessions.authenticate, (req, res) => {
    res.json({ orders: [], of: sessions.claimsOf(req).sub })
  })
  return app.use(sessions.problems)
}
