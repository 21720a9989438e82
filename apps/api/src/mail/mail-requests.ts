import { emailKeyOf, type Language } from '@latchkey/contracts'
import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { mongo, type Types } from 'mongoose'
import { digest } from './digest.ts'
import { isAsked, isAwaited, type MailJobModel, type MailKind, type OurMailKind } from './mail-job.model.ts'
import type { NoticeCaps } from './notice-caps.ts'
import { type OwnMailKind, ownMail, type ToldBy } from './own-mails.ts'

/** How long one attempt may take before another process may try. Longer than the mailer's own time limits. */
export const leaseSeconds = 120
/** A mail that could not be sent for so long says nothing its reader still wants to know. */
const keptSeconds = 24 * 3600
/** The link to put an address back works for so long (links/action-tokens.ts). */
const undoKeptSeconds = 7 * 86_400
/** How much later the next turn of the same network is. */
const turnSeconds = 10
/** Two who ask for the same in one instant: one of them finds what the other queued. */
const maxAttempts = 3

/** Anybody may ask for these, by an address. */
const byAddress: MailKind[] = ['verify_email', 'reset_password']

/** A mail of ours, or of one's own with what it tells. */
type Kind =
  | { kind: OurMailKind; told?: undefined }
  | { [Own in OwnMailKind]: { kind: Own; told: ToldBy<Own> } }[OwnMailKind]

/** A mail to be queued. */
export type NewMail = Kind & {
  userId?: Types.ObjectId | null
  email?: string | null
  passwordChanges?: number
  device?: string
  ip?: string
  /** For what goes to an address that the account has no more: its language when it had it. */
  language?: Language | null
  /** How many mails the network of whoever asks had asked for before. Default: none. */
  turns?: number
}

interface Collaborators {
  model: MailJobModel
  noticeCaps: NoticeCaps
  clock: Clock
}

/**
 * Queues mail. Each network that asks gets its turn: the more it has asked for, the later its next mail comes in the line
 * of those that wait. Nothing is held back; where nobody else waits, everything goes at once.
 */
export function createMailRequests({ model, noticeCaps, clock }: Collaborators) {
  return {
    async add(mail: NewMail): Promise<void> {
      const { kind, userId = null, email = null, passwordChanges = 0, device = '', ip = '' } = mail
      const { language = null, turns = 0, told } = mail
      const address = digest(emailKeyOf(email ?? ''))
      const recipient = userId?.toHexString() ?? address
      if (!isAwaited(kind) && !(await noticeCaps.admit(kind, recipient, ownMail(kind)?.perHour))) return
      const now = clock.now()
      const job = {
        kind,
        userId,
        email,
        passwordChanges,
        device,
        ip,
        ...(told !== undefined && { told }),
        ...(language && { language }),
        awaited: isAwaited(kind),
        // Reminders come by the hundred.
        rank: kind === 'account_lapsing' ? 1 : 0,
        turnAt: addSeconds(now, turns * turnSeconds),
        createdAt: now,
        attempts: 0,
        inVain: false,
        dueAt: now,
        expiresAt: addSeconds(now, kind === 'email_changed' ? undoKeptSeconds : keptSeconds),
        refusedAt: null,
        refusal: '',
      }
      if (isAsked(kind)) await ask(askedForKey(kind, recipient, address, passwordChanges), job)
      else await model.create(job)
    },
  }

  /**
   * One and the same command whether or not one that was asked for before is still on its way: how long asking takes must
   * not say what became of that.
   */
  async function ask(askedFor: string, job: { dueAt: Date; turnAt: Date }): Promise<void> {
    const fresh = Object.entries(job).map(([field, value]) => [
      field,
      { $ifNull: [`$${field}`, { $literal: value }] },
    ])
    const { dueAt: now, turnAt } = job
    const update = {
      ...Object.fromEntries(fresh),
      // If it only waits for its next attempt, it need not, and whoever asks gives it their turn.
      dueAt: {
        $cond: [{ $gt: ['$dueAt', addSeconds(now, leaseSeconds)] }, now, { $ifNull: ['$dueAt', now] }],
      },
      rank: 0,
      turnAt: { $min: ['$turnAt', turnAt] },
    }
    for (let attempt = 1; ; attempt++)
      try {
        await model.updateOne({ askedFor }, [{ $set: update }], { updatePipeline: true, upsert: true })
        return
      } catch (error) {
        if (!isDuplicate(error) || attempt === maxAttempts) throw error
      }
  }
}

/** What may be queued for an address without naming an account. */
export function keysOfAddress(email: string) {
  const address = digest(emailKeyOf(email))
  return { kinds: byAddress, keys: byAddress.map((kind) => askedForKey(kind, address, address, 0)) }
}

/** Between these lie the keys of what an account is waiting for. */
export function keysOfAccount(kind: MailKind, userId: Types.ObjectId) {
  const beginning = `${kind}:${userId.toHexString()}`
  return { $gt: `${beginning}:`, $lt: `${beginning};` }
}

/** Equal for two requests of which the first need only be answered. */
const askedForKey = (
  ...parts: [kind: MailKind, recipient: string, address: string, passwordChanges: number]
) => parts.join(':')

const isDuplicate = (error: unknown) => error instanceof mongo.MongoServerError && error.code === 11000
