// Sign-in as most tutorials build it: a string secret, a Mongoose query for each request, bcrypt on the main thread.
import bcrypt from 'bcryptjs'
import express from 'express'
import jwt from 'jsonwebtoken'
import mongoose from 'mongoose'

const secret = process.env.JWT_ACCESS_SECRET ?? ''
const User = mongoose.model(
  'User',
  new mongoose.Schema({
    username: String,
    email: String,
    emailKey: String,
    roles: [String],
    passwordHash: String,
  }),
)

/** @type {import('express').RequestHandler} */
const protect = async (req, res, next) => {
  try {
    const token = req.headers.authorization?.split(' ')[1] ?? ''
    const decoded = /** @type {import('jsonwebtoken').JwtPayload} */ (jwt.verify(token, secret))
    res.locals.user = await User.findById(decoded.sub).select('-passwordHash')
    if (!res.locals.user) throw new Error('no such user')
    next()
  } catch {
    res.status(401).json({ message: 'Not authorized' })
  }
}

const app = express()
app.use(express.json())

app.post('/api/login', async (req, res) => {
  const user = await User.findOne({ emailKey: req.body.email })
  if (!user || !(await bcrypt.compare(req.body.password, user.passwordHash ?? '')))
    return res.status(401).json({ message: 'Invalid credentials' })
  res.json({ accessToken: jwt.sign({ sub: user.id }, secret, { expiresIn: '15m' }) })
})

app.get('/api/protected', protect, (_req, res) => {
  const { id, username, email, roles } = res.locals.user
  res.json({ message: `Welcome, ${username}`, user: { id, username, email, roles } })
})

await mongoose.connect(process.env.MONGO_URI ?? '')
app.listen(Number(process.env.PORT), '127.0.0.1')
