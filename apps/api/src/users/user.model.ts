import { emailKeyOf, type Language, type OwnFields, type Role, roles } from '@latchkey/contracts'
import { type Session, sessionSchema } from '@latchkey/sessions'
import { type Connection, Schema, type Types } from 'mongoose'

/**
 * One document per user; its sessions live inside, so that every change of a session is one update of one document.
 * `usernameKey` and `emailKey` are what uniqueness is decided on; `username` and `email` are as the person wrote them.
 * This is what is written; what is read may lack anything, and goes through read-user.ts.
 */
export interface UserRecord {
  _id: Types.ObjectId
  username: string
  usernameKey: string
  email: string
  emailKey: string
  /** When its owner proved the address. */
  emailVerifiedAt: Date | null
  /** Names and addresses that nobody else gets: the one in use, and former ones that rest. */
  heldUsernames: HeldKey[]
  heldEmails: HeldKey[]
  /** What they are found by, in pieces (search-parts.ts). Missing: not yet. */
  usernameParts?: string[]
  emailParts?: string[]
  roles: Role[]
  /** Missing or null: its owner signs in by passkey alone. */
  passwordHash: string | null
  /** Kept out by an administrator since; null for everybody else. */
  disabledAt: Date | null
  /** When the password was last set by its owner. Missing or null: before that was kept. */
  passwordChangedAt?: Date | null
  /** How often the password has become another one. */
  passwordChanges: number
  /** How often the password was reset by mail. */
  passwordResets: number
  /**
   * When a reminder was asked for that an account whose address is never proved lapses, and when one was sent. Of an imported
   * account it is set ahead, so that it is not reminded at once.
   */
  lapseReminderDueAt?: Date | null
  lapseRemindedAt?: Date | null
  /** Browsers that have signed in before, the latest last; at most `knownDeviceLimit`. */
  knownDevices: KnownDevice[]
  /** The authenticator app. Missing or null: none. */
  totp?: Totp | null
  /** One that is being set up, and does not count yet. */
  pendingTotp?: PendingTotp | null
  /** In place of a code of the app, once each. Missing or null: none. */
  recoveryCodes?: RecoveryCode[] | null
  /** How often a second factor came or went; missing where none ever did. A sign-in that began before one did is over. */
  factorChanges?: number
  /** The operator was asked to take every factor away. Missing or null: not. */
  factorReset?: FactorReset | null
  refreshTokens: Session[]
  /** At most `passkeyLimit`, the oldest first. Missing or null: none. */
  passkeys?: StoredPasskey[] | null
  /** What passkeys call their owner: 32 random bytes in base64url, which say nothing. Missing or null: not needed yet. */
  webauthnId?: string | null
  /** When they last signed in or went on with a session, to the hour. Missing or null: never. */
  lastSeenAt?: Date | null
  /** How often a passkey came or went; missing where none ever did. */
  passkeyChanges?: number
  /** In which they are written to. Missing: nobody has said. */
  language?: Language
  /** Fields of one's own (contracts/src/own-fields.ts), apart from ours, so that no later one of ours is in their way. */
  own?: Partial<OwnFields>
  /** Raised whenever what the user was issued so far dies; each access token carries it. */
  epoch: number
  createdAt: Date
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
  firstSeenAt: Date
  lastSeenAt: Date
  /** Of the last sign-in. */
  userAgent: string
  ip: string
  /** Missing or null: a second factor is asked for here, too. */
  trust?: Trust | null
}

/** For some time the password alone signs in from a browser that shows a key (sign-in/trusted-browsers.ts). */
export interface Trust {
  /** base64url(SHA-256(key)) that the next sign-in must open. */
  lock: string
  /** When the factors of the account were all shown in it. */
  since: Date
  until: Date
  /** Of the account, as they were: a change of either ends it. */
  passwordChanges: number
  factorChanges: number
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

/** Secrets are sealed with a key that is not in the database (factors/secret-box.ts). */
export interface Totp {
  secret: string
  confirmedAt: Date
  /** The step of the last code that was accepted, since 1970. It only rises: that is why a code works once. */
  lastStep: number
}

export interface PendingTotp {
  secret: string
  createdAt: Date
}

export interface FactorReset {
  requestedAt: Date
  /** When it is done, unless its owner says no. */
  dueAt: Date
}

export interface RecoveryCode {
  /** base64url(SHA-256(code)). */
  hash: string
  usedAt: Date | null
}

const trustSchema = new Schema<Trust>(
  {
    lock: { type: String, required: true },
    since: { type: Date, required: true },
    until: { type: Date, required: true },
    passwordChanges: { type: Number, required: true },
    factorChanges: { type: Number, required: true },
  },
  { _id: false },
)

const knownDeviceSchema = new Schema<KnownDevice>(
  {
    idHash: { type: String, required: true },
    firstSeenAt: { type: Date },
    lastSeenAt: { type: Date, required: true },
    userAgent: { type: String },
    ip: { type: String },
    trust: { type: trustSchema },
  },
  { _id: false },
)

const heldKeySchema = new Schema<HeldKey>(
  { key: { type: String, required: true }, until: { type: Date, default: null } },
  { _id: false },
)

const totpSchema = new Schema<Totp>(
  {
    secret: { type: String, required: true },
    confirmedAt: { type: Date, required: true },
    lastStep: { type: Number, required: true },
  },
  { _id: false },
)

const pendingTotpSchema = new Schema<PendingTotp>(
  { secret: { type: String, required: true }, createdAt: { type: Date, required: true } },
  { _id: false },
)

const recoveryCodeSchema = new Schema<RecoveryCode>(
  { hash: { type: String, required: true }, usedAt: { type: Date, default: null } },
  { _id: false },
)

const factorResetSchema = new Schema<FactorReset>(
  { requestedAt: { type: Date, required: true }, dueAt: { type: Date, required: true } },
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
    usernameParts: { type: [String], default: undefined },
    emailParts: { type: [String], default: undefined },
    emailVerifiedAt: { type: Date, default: null },
    disabledAt: { type: Date, default: null },
    passwordChangedAt: { type: Date },
    passwordChanges: { type: Number, default: 0 },
    passwordResets: { type: Number, default: 0 },
    passwordHash: { type: String },
    lapseReminderDueAt: { type: Date },
    lapseRemindedAt: { type: Date },
    roles: { type: [{ type: String, enum: roles }], default: ['user'] },
    totp: { type: totpSchema },
    pendingTotp: { type: pendingTotpSchema },
    recoveryCodes: { type: [recoveryCodeSchema], default: undefined },
    factorChanges: { type: Number },
    factorReset: { type: factorResetSchema },
    refreshTokens: [sessionSchema],
    lastSeenAt: { type: Date },
    epoch: { type: Number, default: 0 },
    knownDevices: [knownDeviceSchema],
    passkeys: { type: [passkeySchema], default: undefined },
    webauthnId: { type: String },
    passkeyChanges: { type: Number },
    language: { type: String },
    // Their schemas check what is written and what is read.
    own: { type: Schema.Types.Mixed },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

/** As the indexes have it, so that they are used. */
export const areAdministrators = { roles: 'admin' } as const
export const areDisabled = { disabledAt: { $gt: new Date(0) } }

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
// What administrators search (search-parts.ts), sort and filter by (admin/user-list.ts).
userSchema.index({ usernameParts: 1 })
userSchema.index({ emailParts: 1 })
userSchema.index({ createdAt: 1, _id: 1 })
userSchema.index({ lastSeenAt: 1, _id: 1 })
userSchema.index({ roles: 1, createdAt: 1 }, { partialFilterExpression: areAdministrators })
userSchema.index({ disabledAt: 1 }, { partialFilterExpression: areDisabled })
// Whose factors are to be taken away, and when (factors/factor-resets.ts).
userSchema.index(
  { 'factorReset.dueAt': 1 },
  { partialFilterExpression: { 'factorReset.dueAt': { $exists: true } } },
)

export const userModel = (connection: Connection) => connection.model('User', userSchema, 'users')
export type UserModel = ReturnType<typeof userModel>

export { emailKeyOf as emailKey }
export const usernameKey = (username: string) => username.toLowerCase()
/** What is typed to sign in, in the form in which it is looked up: all spellings of one account are one. */
export const identifierKey = (identifier: string) =>
  isEmail(identifier) ? emailKeyOf(identifier) : usernameKey(identifier)
/** A username holds no @. */
export const isEmail = (identifier: string) => identifier.includes('@')
