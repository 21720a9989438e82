// An Express route with nothing in it but the update of a refresh: what any Express application pays for one.
import express from 'express'
import { rotate } from './rotate.js'

const app = express()

app.get('/api/health/ready', (_req, res) => {
  res.json({})
})

app.post('/api/refresh-token', async (req, res) => {
  const [userId = '', sessionId = '', generation = '', lock = '', nextLock = ''] = (
    req.get('Session') ?? ''
  ).split('.')
  const { username } = await rotate({ userId, sessionId, generation: Number(generation), lock }, nextLock)
  res.json({ username })
})

app.listen(Number(process.env.PORT), '127.0.0.1')
