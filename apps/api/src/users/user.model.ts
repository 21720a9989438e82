import { emailKeyOf, roles } from '@latchkey/contracts'
import { type Session, sessionSchema } from '@latchkey/sessions'
import { type Connection, Schema } from 'mongoose'
import type { UserIdentity } from './user-identity.ts'

/**
 * One document per user; its sessions live inside, so that every change of a session is one update of one document.
 * `usernameKey` and `emailKey` are what uniqueness is decided on; `username` and `email` are as the person wrote them.
 */
export interface UserRecord extends UserIdentity {
  usernameKey: string
  emailKey: string
  /** Names and addresses that nobody else gets: the one in use, and former ones that rest. Missing where none changed yet. */
  heldUsernames?: HeldKey[]
  heldEmails?: HeldKey[]
  /** Missing or null: its owner signs in by passkey alone. */
  passwordHash?: string | null
  /** Kept out by an administrator since; null for everybody else. */
  disabledAt: Date | null
  /** How often the password has become another one; missing where it never did. */
  passwordChanges: number
  /** How often the password was reset by mail; missing where it never was. */
  passwordResets: number
  /** When a reminder was asked for that an account whose address is never proved lapses, and when one was sent. */
  lapseReminderDueAt?: Date | null
  lapseRemindedAt?: Date | null
  /** Browsers that have signed in before, the latest last; at most `knownDeviceLimit`. */
  knownDevices: KnownDevice[]
  refreshTokens: Session[]
  /** At most `passkeyLimit`, the oldest first. Missing or null: none. */
  passkeys?: StoredPasskey[]
  /** What passkeys call their owner: 32 random bytes in base64url, which say nothing. Missing or null: not needed yet. */
  webauthnId?: string | null
  /** Raised whenever what the user was issued so far dies; each access token carries it. Missing: 0. */
  epoch: number
  updatedAt: Date
}

/**
 * The key of a name or an address that an account holds: the one in use (`until` null), or one it has given up, which
 * rests until then. One unique index over both kinds says that nobody else gets it, so that no look at it is needed
 * before; and its owner may take it back (held-keys.ts).
 */
export interface HeldKey {
  key: string
  until: Date | null
}

/** A browser by the hash of the random id in its `device` cookie. It opens nothing; it only spares its owner waiting. */
export interface KnownDevice {
  idHash: string
  /** Missing, like the next two, in those from before they were kept. */
  firstSeenAt?: Date
  lastSeenAt: Date
  /** Of the last sign-in. */
  userAgent?: string
  ip?: string
}

/** The public half of a passkey (WebAuthn). Whoever reads it can check a signature and make none. */
export interface StoredPasskey {
  /** The credential id, base64url. */
  id: string
  /** COSE, base64url. */
  publicKey: string
  /** Of signatures, as the passkey itself counts them; 0 where it does not. */
  counter: number
  transports: string[]
  /** Whether it may be copied to other devices (the backup eligible flag), and whether it was. */
  deviceType: 'singleDevice' | 'multiDevice'
  backedUp: boolean
  /** Which kind of authenticator made it; zeros where that is not told. */
  aaguid: string
  name: string
  createdAt: Date
  lastUsedAt: Date | null
}

export const knownDeviceLimit = 20

const knownDeviceSchema = new Schema<KnownDevice>(
  {
    idHash: { type: String, required: true },
    firstSeenAt: { type: Date },
    lastSeenAt: { type: Date, required: true },
    userAgent: { type: String },
    ip: { type: String },
  },
  { _id: false },
)

const heldKeySchema = new Schema<HeldKey>(
  { key: { type: String, required: true }, until: { type: Date, default: null } },
  { _id: false },
)

const passkeySchema = new Schema<StoredPasskey>(
  {
    id: { type: String, required: true },
    publicKey: { type: String, required: true },
    counter: { type: Number, required: true },
    transports: { type: [String], default: [] },
    deviceType: { type: String, enum: ['singleDevice', 'multiDevice'], required: true },
    backedUp: { type: Boolean, default: false },
    aaguid: { type: String, default: '' },
    name: { type: String, required: true },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, default: null },
  },
  { _id: false, id: false },
)

const userSchema = new Schema<UserRecord>(
  {
    username: { type: String, required: true },
    usernameKey: { type: String, required: true },
    email: { type: String, required: true },
    emailKey: { type: String, required: true },
    heldUsernames: { type: [heldKeySchema], default: undefined },
    heldEmails: { type: [heldKeySchema], default: undefined },
    emailVerifiedAt: { type: Date, default: null },
    disabledAt: { type: Date, default: null },
    passwordChanges: { type: Number, default: 0 },
    passwordResets: { type: Number, default: 0 },
    passwordHash: { type: String },
    lapseReminderDueAt: { type: Date },
    lapseRemindedAt: { type: Date },
    roles: { type: [{ type: String, enum: roles }], default: ['user'] },
    refreshTokens: [sessionSchema],
    epoch: { type: Number, default: 0 },
    knownDevices: [knownDeviceSchema],
    passkeys: { type: [passkeySchema], default: undefined },
    webauthnId: { type: String },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

// Uniqueness is decided here and nowhere else: two registrations at once end in one account and one 11000.
userSchema.index({ emailKey: 1 }, { unique: true })
userSchema.index({ usernameKey: 1 }, { unique: true })
// Over what is in use and what rests: accounts from before there were such lists get theirs with the first change.
for (const key of ['heldUsernames.key', 'heldEmails.key'])
  userSchema.index({ [key]: 1 }, { unique: true, partialFilterExpression: { [key]: { $exists: true } } })
// A passkey opens one account, and one account only. By `$exists`, so that looking one up uses the index.
userSchema.index(
  { 'passkeys.id': 1 },
  { unique: true, partialFilterExpression: { 'passkeys.id': { $exists: true } } },
)
// Looked up by nobody; null is none.
userSchema.index(
  { webauthnId: 1 },
  { unique: true, partialFilterExpression: { webauthnId: { $type: 'string' } } },
)
// Whose address is not proved, the oldest first (unproved-accounts.ts).
userSchema.index({ emailVerifiedAt: 1, createdAt: 1 })

export const userModel = (connection: Connection) => connection.model('User', userSchema, 'users')
export type UserModel = ReturnType<typeof userModel>

export { emailKeyOf as emailKey }
export const usernameKey = (username: string) => username.toLowerCase()
/** What is typed to sign in, in the form in which it is looked up: all spellings of one account are one. */
export const identifierKey = (identifier: string) =>
  isEmail(identifier) ? emailKeyOf(identifier) : usernameKey(identifier)
/** A username holds no @. */
export const isEmail = (identifier: string) => identifier.includes('@')
