// A bare Express route: what any Express application pays before it does anything.
import express from 'express'

const app = express()

app.get('/api/protected', (_req, res) => {
  res.json({
    message: 'Welcome, user-0',
    user: {
      id: '665f1c2b9d1e8a0001000001',
      username: 'user-0',
      email: 'user-0@example.com',
      roles: ['user'],
    },
  })
})

app.listen(Number(process.env.PORT), '127.0.0.1')
