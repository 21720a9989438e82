import { type Connection, Schema, type Types } from 'mongoose'

/** The kinds of mail. Each has one template (templates.ts). */
export const mailKinds = [
  'verify_email',
  'reset_password',
  'confirm_new_email',
  'email_changed',
  'password_changed',
  'new_device',
  'copied_session_refused',
  'token_reused',
  'failed_sign_ins',
  'account_deleted',
] as const
export type MailKind = (typeof mailKinds)[number]

/** Mails that somebody is waiting for. They overtake notices. */
const awaitedKinds = new Set<MailKind>(['verify_email', 'reset_password', 'confirm_new_email'])
export const isAwaited = (kind: MailKind): boolean => awaitedKinds.has(kind)

/**
 * A mail to be sent: to whom and why, but not its text. The text, and the token in it, are made when the mail is
 * sent. So nothing in the queue is of use to someone who reads it.
 */
export interface MailJobRecord {
  _id: Types.ObjectId
  kind: MailKind
  /** The recipient: an account, or an address that may belong to one (it is looked up later). */
  userId: Types.ObjectId | null
  email: string | null
  /** For a new address: how many times the password had changed when the owner proved it. */
  passwordChanges: number
  /** What a notice mentions: which device, from where. */
  device: string
  ip: string
  /** Whether somebody is waiting for it. */
  awaited: boolean
  /**
   * Kind and recipient of a mail that somebody is waiting for. Unique, so that asking again while one is queued adds
   * none. Missing for notices.
   */
  askedFor?: string
  createdAt: Date
  attempts: number
  /** Do not send before this. Lies in the future while it is being sent: if the process dies, it is tried again. */
  dueAt: Date
  /** After this it is given up or deleted. */
  expiresAt: Date
  /** When the mail server refused it for good, and the codes of its reply. It is not tried again. */
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
    awaited: { type: Boolean, default: false },
    askedFor: { type: String },
    createdAt: { type: Date, required: true },
    attempts: { type: Number, required: true },
    dueAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    refusedAt: { type: Date, default: null },
    refusal: { type: String, default: '' },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

mailJobSchema.index({ awaited: 1, dueAt: 1 })
mailJobSchema.index(
  { askedFor: 1 },
  { unique: true, partialFilterExpression: { askedFor: { $exists: true } } },
)
mailJobSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const mailJobModel = (connection: Connection) => connection.model('MailJob', mailJobSchema, 'mailJobs')
export type MailJobModel = ReturnType<typeof mailJobModel>
