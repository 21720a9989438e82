import { type Language, languageIn } from '@latchkey/contracts'
import { dateIn, idIn, type Stored, textIn, wholeIn } from '@latchkey/contracts/server'
import { type Connection, Schema, type Types } from 'mongoose'
import { ownMailKinds, toldIn } from './own-mails.ts'

const ourKinds = [
  'verify_email',
  'reset_password',
  'confirm_new_email',
  'email_changed',
  'password_changed',
  'new_device',
  'new_network',
  'copied_session_refused',
  'token_reused',
  'failed_sign_ins',
  'account_deleted',
  'account_lapsing',
  'email_change_undone',
  'roles_changed',
  'totp_enabled',
  'totp_disabled',
  'recovery_codes_renewed',
  'recovery_code_used',
  'recovery_codes_low',
  'failed_factors',
  'factors_reset_requested',
  'factors_reset_cancelled',
  'factors_reset',
  'password_removed',
  'passkey_added',
  'passkey_removed',
  'passkey_counter_back',
] as const
export type OurMailKind = (typeof ourKinds)[number]

/** The messages there are, ours and those of one's own, with words for each in words/. */
export const mailKinds = [...ourKinds, ...ownMailKinds] as const
export type MailKind = (typeof mailKinds)[number]

/** What somebody asks for. While one is queued, asking again adds none. */
const askedKinds = new Set<MailKind>(['verify_email', 'reset_password', 'confirm_new_email'])
export const isAsked = (kind: MailKind): boolean => askedKinds.has(kind)

/** What somebody waits for, or has to know at once because of the link in it: it waits for no notice. */
export const isAwaited = (kind: MailKind): boolean => isAsked(kind) || kind === 'email_changed'

/**
 * A mail that is to be sent. It says to whom and why, never what: the text, and the token in it, are made when it is
 * sent, so that nothing in the queue could be used by whoever reads it.
 */
export interface MailJobRecord {
  _id: Types.ObjectId
  kind: MailKind
  /** Whom it is for: an account, or an address that may belong to one (nobody looked yet). */
  userId: Types.ObjectId | null
  email: string | null
  /** For a new address: how often the password had changed when it was shown. */
  passwordChanges: number
  /** What a notice tells: which device, from where. */
  device: string
  ip: string
  /** What a mail of one's own tells (own-mails.ts). */
  told?: Record<string, string>
  /** Of an account that is no more, or has another address by now; null: the account says, as it does where there is one. */
  language?: Language | null
  /** Whether somebody waits for it. */
  awaited: boolean
  /** Of those that are due the lowest goes first: 0, or 1 for what can wait and for what has been tried before. */
  rank: number
  /** Within a rank, the earliest goes first. Missing in what was queued before there were turns. */
  turnAt: Date
  /**
   * Kind and recipient of what somebody waits for: while one is queued, asking again adds none. Missing for notices, and
   * unique.
   */
  askedFor?: string
  createdAt: Date
  attempts: number
  /** Whether the last attempt wrote nothing, since there was nobody to write to, or they had had enough. */
  inVain: boolean
  /** Not before then. While it is being sent this lies in the future: should the process die, it is tried again. */
  dueAt: Date
  /** Given up after this; forgotten, when it was refused. */
  expiresAt: Date
  /** When the mail server refused it for good, and its reply in numbers; it is not tried again. */
  refusedAt: Date | null
  refusal: string
}

const mailJobSchema = new Schema<MailJobRecord>(
  {
    kind: { type: String, enum: mailKinds, required: true },
    userId: { type: Schema.Types.ObjectId, default: null },
    email: { type: String, default: null },
    passwordChanges: { type: Number, default: 0 },
    device: { type: String, default: '' },
    ip: { type: String, default: '' },
    told: { type: Schema.Types.Mixed },
    language: { type: String },
    awaited: { type: Boolean, default: false },
    rank: { type: Number, default: 0 },
    turnAt: { type: Date },
    askedFor: { type: String },
    createdAt: { type: Date, required: true },
    attempts: { type: Number, required: true },
    inVain: { type: Boolean, default: false },
    dueAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    refusedAt: { type: Date, default: null },
    refusal: { type: String, default: '' },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

mailJobSchema.index({ awaited: 1, rank: 1, turnAt: 1, dueAt: 1 })
mailJobSchema.index(
  { askedFor: 1 },
  { unique: true, partialFilterExpression: { askedFor: { $exists: true } } },
)
// What is queued for somebody, to be forgotten with them or in place of something newer.
mailJobSchema.index({ userId: 1, email: 1 })
mailJobSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const mailJobModel = (connection: Connection) => connection.model('MailJob', mailJobSchema, 'mailJobs')
export type MailJobModel = ReturnType<typeof mailJobModel>

/** What a job says that is due. */
export type MailJob = Pick<
  MailJobRecord,
  '_id' | 'kind' | 'userId' | 'email' | 'passwordChanges' | 'device' | 'ip' | 'createdAt' | 'attempts'
> & {
  told: Record<string, string>
  language: Language | null
  /** Whether an attempt before this one wrote it: it is the same mail, and not counted again. */
  isRetry: boolean
}

/** A job as it is stored. Null: one of which nobody knows what it is, or that nobody could put away. */
export function readMailJob(stored: Stored<MailJobRecord>): MailJob | null {
  const _id = idIn<Types.ObjectId>(stored._id)
  const kind = mailKinds.find((each) => each === stored.kind)
  if (!_id || !kind) return null
  const attempts = wholeIn(stored.attempts) ?? 1
  return {
    _id,
    kind,
    userId: idIn<Types.ObjectId>(stored.userId),
    email: textIn(stored.email),
    passwordChanges: wholeIn(stored.passwordChanges) ?? 0,
    device: textIn(stored.device) ?? '',
    ip: textIn(stored.ip) ?? '',
    told: toldIn(kind, stored.told),
    language: languageIn(stored.language),
    createdAt: dateIn(stored.createdAt) ?? _id.getTimestamp(),
    attempts,
    isRetry: attempts > 1 && stored.inVain !== true,
  }
}
