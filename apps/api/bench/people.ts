import { createHash, createHmac } from 'node:crypto'
import { headerNames, ownFieldDefaults } from '@latchkey/contracts'
import { toNumericDate } from '@latchkey/contracts/server'
import { consumedLimit, createSessions, type Session } from '@latchkey/sessions'
import bcrypt from 'bcryptjs'
import mongoose from 'mongoose'
import { readConfig } from '../src/config.ts'
import { userModel } from '../src/users/user.model.ts'
import { sessionOwner } from '../src/users/user-identity.ts'
import { secrets } from './lab.ts'

const { ObjectId } = mongoose.mongo
const config = readConfig({ ...secrets, NODE_ENV: 'production', EMBEDDED_DATABASE: 'allow' }, () => {
  throw new Error('The secrets are given')
})
// For its tokens alone; this connection is never opened.
const users = userModel(mongoose.createConnection())
const { accessTokens, refreshTokens } = createSessions({ users, owner: sessionOwner, settings: config })
const batch = 1000
const clientKey = Buffer.alloc(32, 7)

export const password = 'otter lamp violet grain'
export const { bcryptCost } = config.password
const passwordHash = bcrypt.hashSync(password, bcryptCost)

/** A browser that is signed in: what it holds, and what the database holds of it. */
export interface SignedIn {
  userId: string
  sessionId: string
  generation: number
  email: string
  accessToken: string
  refreshToken: string
}

interface Crowd {
  users: number
  sessionsEach?: number
  /** As after many refreshes, which is what a session looks like on most days; false: as after sign-in. */
  seasoned?: boolean
}

/** Puts people into a database, each signed in on so many devices. Returns one device of each of the first `wanted`. */
export async function populate(
  database: mongoose.mongo.Db,
  { users, sessionsEach = 1, seasoned = true }: Crowd,
  wanted = users,
): Promise<SignedIn[]> {
  const collection = database.collection('users')
  const offset = await collection.estimatedDocumentCount()
  const signedIn: SignedIn[] = []
  for (let start = 0; start < users; start += batch) {
    const documents = Array.from({ length: Math.min(batch, users - start) }, (_, i) =>
      user(offset + start + i, sessionsEach, seasoned),
    )
    await collection.insertMany(documents, { ordered: false })
    for (const document of documents.slice(0, wanted - signedIn.length)) signedIn.push(holding(document))
  }
  return signedIn
}

/** Users of the tutorial: the same, without sessions. */
export async function populateTutorial(database: mongoose.mongo.Db, users: number): Promise<SignedIn[]> {
  const documents = Array.from({ length: users }, (_, i) => user(i, 1, false))
  await database
    .collection('users')
    .insertMany(documents.map(({ refreshTokens: _, ...rest }) => rest) as object[])
  await database.collection('users').createIndex({ emailKey: 1 })
  return documents.map(holding)
}

function user(number: number, sessionsEach: number, seasoned: boolean) {
  const now = new Date()
  const name = `user-${number}`
  return {
    _id: new ObjectId(),
    username: name,
    usernameKey: name,
    email: `${name}@example.com`,
    emailKey: `${name}@example.com`,
    emailVerifiedAt: now,
    passwordHash,
    roles: ['user' as const],
    refreshTokens: Array.from({ length: sessionsEach }, () => session(now, seasoned ? consumedLimit : 0)),
    knownDevices: [],
    createdAt: now,
    updatedAt: now,
  }
}

function session(now: Date, generation: number): Session {
  return {
    _id: new ObjectId(),
    generation,
    lock: lock(generation),
    consumed: Array.from({ length: generation }, (_, i) => ({ generation: i, lock: lock(i), at: now })),
    createdAt: now,
    rotatedAt: now,
    expiresAt: new Date(now.getTime() + config.refreshToken.ttlSeconds * 1000),
    absoluteExpiresAt: new Date(now.getTime() + config.session.maxAgeSeconds * 1000),
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    ip: '127.0.0.1',
    name: null,
  }
}

/** The last of a user's sessions is the one that is used: in an array it is the furthest to look for. */
function holding(document: ReturnType<typeof user>): SignedIn {
  const last = document.refreshTokens.at(-1) as Session
  const userId = document._id.toHexString()
  const sessionId = last._id.toHexString()
  return {
    userId,
    sessionId,
    generation: last.generation,
    email: document.email,
    accessToken: accessTokens.sign({
      user: { ...document, own: ownFieldDefaults },
      session: last,
      epoch: 0,
      issuedAt: toNumericDate(last.rotatedAt),
    }).accessToken,
    refreshToken: refreshTokens.sign(userId, last),
  }
}

const key = (generation: number) => createHmac('sha256', clientKey).update(`latchkey${generation}`).digest()
export const lock = (generation: number) => createHash('sha256').update(key(generation)).digest('base64url')

/** The headers by which a browser proves itself at a generation (docs/refresh-protocol.md). All here have the same key. */
export function proofAt(generation: number): string[] {
  proofs[generation] ??= [
    `${headerNames.refreshKey}: ${key(generation).toString('base64url')}`,
    `${headerNames.refreshLock}: ${lock(generation + 1)}`,
  ]
  return proofs[generation]
}

const proofs: string[][] = []
