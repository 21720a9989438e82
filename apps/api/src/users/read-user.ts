import { isRole, languageIn, ownFieldsIn, type Role } from '@latchkey/contracts'
import { dateIn, entriesIn, idIn, type Stored, textIn, wholeIn } from '@latchkey/contracts/server'
import { sessionsIn } from '@latchkey/sessions'
import type { Types } from 'mongoose'
import type {
  FactorReset,
  HeldKey,
  KnownDevice,
  PendingTotp,
  RecoveryCode,
  StoredPasskey,
  Totp,
  Trust,
  UserRecord,
} from './user.model.ts'

/** A user as it is stored: by us, by an older version, or by another system. */
export type StoredUser = Stored<UserRecord>

/** How each field is read, and its default when it is missing. A new field gets its line here. */
const readers = {
  username: ({ username, usernameKey }) => textIn(username) ?? textIn(usernameKey) ?? '',
  email: ({ email, emailKey }) => textIn(email) ?? textIn(emailKey) ?? '',
  emailVerifiedAt: (user) => dateIn(user.emailVerifiedAt),
  roles: (user): Role[] => (Array.isArray(user.roles) ? user.roles.filter(isRole) : ['user']),
  createdAt: (user, _id) => dateIn(user.createdAt) ?? _id.getTimestamp(),
  /** Null: no password is right. */
  passwordHash: (user) => textIn(user.passwordHash),
  passwordChangedAt: (user) => dateIn(user.passwordChangedAt),
  passwordChanges: (user) => wholeIn(user.passwordChanges) ?? 0,
  passwordResets: (user) => wholeIn(user.passwordResets) ?? 0,
  /** Whatever else stands there keeps somebody out as well. */
  isDisabled: (user) => (user.disabledAt ?? null) !== null,
  heldUsernames: (user) => heldIn(user.heldUsernames),
  heldEmails: (user) => heldIn(user.heldEmails),
  knownDevices: (user, _id) => devicesIn(user.knownDevices, _id.getTimestamp()),
  sessions: (user) => sessionsIn(user.refreshTokens).map(({ _id, expiresAt }) => ({ _id, expiresAt })),
  lastSeenAt: (user) => dateIn(user.lastSeenAt),
  epoch: (user) => wholeIn(user.epoch) ?? 0,
  totp: (user, _id) => totpIn(user.totp, _id.getTimestamp()),
  pendingTotp: (user) => pendingTotpIn(user.pendingTotp),
  recoveryCodes: (user) => recoveryCodesIn(user.recoveryCodes),
  factorChanges: (user) => wholeIn(user.factorChanges) ?? 0,
  factorReset: (user) => factorResetIn(user.factorReset),
  passkeys: (user, _id) => passkeysIn(user.passkeys, _id.getTimestamp()),
  webauthnId: (user) => textIn(user.webauthnId),
  passkeyChanges: (user) => wholeIn(user.passkeyChanges) ?? 0,
  /** Null: nobody has said. */
  language: (user) => languageIn(user.language),
  own: (user) => ownFieldsIn(user.own),
} satisfies Record<string, (user: StoredUser, _id: Types.ObjectId) => unknown>

/** What has to be stored for a field to be read, where that is not itself alone. */
const sources: Partial<Record<UserField, string[]>> = {
  username: ['username', 'usernameKey'],
  email: ['email', 'emailKey'],
  isDisabled: ['disabledAt'],
  sessions: ['refreshTokens._id', 'refreshTokens.expiresAt', 'refreshTokens.absoluteExpiresAt'],
}

export type UserField = keyof typeof readers
export type UserWith<Field extends UserField> = { _id: Types.ObjectId } & {
  [Each in Field]: ReturnType<(typeof readers)[Each]>
}

/** What to ask the database for, so that these fields can be read. */
export const projectionOf = (fields: readonly UserField[]): Record<string, 1> =>
  Object.fromEntries(fields.flatMap((field) => (sources[field] ?? [field]).map((name) => [name, 1])))

/** These fields of a stored user. Null: there is none, or one that no token could name. */
export function readUser<Field extends UserField>(
  stored: StoredUser | null,
  fields: readonly Field[],
): UserWith<Field> | null {
  const _id = idIn<Types.ObjectId>(stored?._id)
  if (!stored || !_id) return null
  const user: Record<string, unknown> = { _id }
  for (const field of fields) user[field] = readers[field](stored, _id)
  return user as UserWith<Field>
}

const heldIn = (value: unknown): HeldKey[] =>
  entriesIn<HeldKey>(value).flatMap(({ key, until }) =>
    typeof key === 'string' ? [{ key, until: dateIn(until) }] : [],
  )

const devicesIn = (value: unknown, otherwise: Date): KnownDevice[] =>
  entriesIn<KnownDevice>(value).flatMap(({ idHash, firstSeenAt, lastSeenAt, userAgent, ip, trust }) => {
    if (typeof idHash !== 'string') return []
    const last = dateIn(lastSeenAt) ?? dateIn(firstSeenAt) ?? otherwise
    return [
      {
        idHash,
        firstSeenAt: dateIn(firstSeenAt) ?? last,
        lastSeenAt: last,
        userAgent: textIn(userAgent) ?? '',
        ip: textIn(ip) ?? '',
        trust: trustIn(trust),
      },
    ]
  })

/** Half a trust is none. */
function trustIn(value: unknown): Trust | null {
  const [trust] = entriesIn<Trust>([value])
  const lock = textIn(trust?.lock)
  const until = dateIn(trust?.until)
  const since = dateIn(trust?.since)
  const passwordChanges = wholeIn(trust?.passwordChanges)
  const factorChanges = wholeIn(trust?.factorChanges)
  if (lock === null || !until || !since || passwordChanges === null || factorChanges === null) return null
  return { lock, until, since, passwordChanges, factorChanges }
}

/** Whatever stands there is a factor, though no code of it may be right: a second step must not be lost to damage. */
function totpIn(value: unknown, otherwise: Date): Totp | null {
  if (value === null || value === undefined) return null
  const [totp] = entriesIn<Totp>([value])
  return {
    secret: textIn(totp?.secret) ?? '',
    confirmedAt: dateIn(totp?.confirmedAt) ?? otherwise,
    lastStep: wholeIn(totp?.lastStep) ?? 0,
  }
}

function pendingTotpIn(value: unknown): PendingTotp | null {
  const [pending] = entriesIn<PendingTotp>([value])
  const secret = textIn(pending?.secret)
  const createdAt = dateIn(pending?.createdAt)
  return secret && createdAt ? { secret, createdAt } : null
}

/** One without a hash opens nothing. */
const recoveryCodesIn = (value: unknown): RecoveryCode[] =>
  entriesIn<RecoveryCode>(value).flatMap(({ hash, usedAt }) =>
    typeof hash === 'string' ? [{ hash, usedAt: dateIn(usedAt) }] : [],
  )

function factorResetIn(value: unknown): FactorReset | null {
  const [reset] = entriesIn<FactorReset>([value])
  const dueAt = dateIn(reset?.dueAt)
  return dueAt && { requestedAt: dateIn(reset?.requestedAt) ?? dueAt, dueAt }
}

/** One without its key, or its count, opens nothing. */
const passkeysIn = (value: unknown, otherwise: Date): StoredPasskey[] =>
  entriesIn<StoredPasskey>(value).flatMap((each) => {
    const id = textIn(each.id)
    const publicKey = textIn(each.publicKey)
    const counter = wholeIn(each.counter)
    if (id === null || publicKey === null || counter === null) return []
    return [
      {
        id,
        publicKey,
        counter,
        transports: Array.isArray(each.transports)
          ? each.transports.filter((one) => typeof one === 'string')
          : [],
        deviceType: each.deviceType === 'multiDevice' ? 'multiDevice' : 'singleDevice',
        backedUp: each.backedUp === true,
        aaguid: textIn(each.aaguid) ?? '',
        name: textIn(each.name) ?? '',
        createdAt: dateIn(each.createdAt) ?? otherwise,
        lastUsedAt: dateIn(each.lastUsedAt),
      },
    ]
  })
