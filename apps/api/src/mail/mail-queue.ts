import { setTimeout as delay } from 'node:timers/promises'
import { addSeconds, type Clock, oneMore, type Stored } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import { workOff } from '../queue/work-off.ts'
import type { Mail } from './mail.ts'
import { MailRefused } from './mail-failure.ts'
import {
  isAsked,
  type MailJob,
  type MailJobModel,
  type MailJobRecord,
  type MailKind,
  mailKinds,
  readMailJob,
} from './mail-job.model.ts'
import {
  createMailRequests,
  keysOfAccount,
  keysOfAddress,
  leaseSeconds,
  type NewMail,
} from './mail-requests.ts'
import type { Mailer } from './mailer.ts'
import type { NoticeCaps } from './notice-caps.ts'
import { createRehearsal } from './rehearsal.ts'

const stopMs = 4000
/** However lively the other side keeps the connection. */
const sendMs = 60_000
const maxBackoffSeconds = 3600
const countMs = 1000
/** How long it is known that a mail was refused for good, for doctor and for whoever asks why it did not come. */
export const refusedKeptSeconds = 7 * 86_400

export interface MailWriter {
  /** Turns a job into the mail itself, as late as possible; null when there is nobody to write to any more. */
  compose(job: MailJob): Promise<Mail | null>
  /**
   * A mail has been handed over, or was refused for good, so that no other attempt would reach anybody; `at` is when the
   * attempt began. Should it throw, the mail is sent again.
   */
  settled(job: MailJob, at: Date): Promise<void>
}

interface Collaborators {
  model: MailJobModel
  noticeCaps: NoticeCaps
  mailer: Mailer
  clock: Clock
  log: Logger
  /** How many mails that somebody waits for are sent side by side. */
  atOnce: number
  /** Between two looks at the queue. */
  pollMs: number
  /** Told of each attempt how it ended. */
  onAttempt?: ((outcome: MailOutcome) => void) | undefined
}

/**
 * What came of one attempt at a mail: `sent`; `dropped`, since there was nobody to write to or no mail server is set;
 * `postponed`, it is tried again; `refused` for good.
 */
export type MailOutcome = 'sent' | 'dropped' | 'postponed' | 'refused'

export type MailQueue = ReturnType<typeof createMailQueue>

/**
 * Mail in the background, from a queue in the database: a slow or dead mail server delays nothing and loses nothing.
 * Of several processes one sends each mail. A process that dies between sending and noting it sends again what it was
 * sending, and no other.
 */
export function createMailQueue(collaborators: Collaborators) {
  const { model, noticeCaps, mailer, clock, log, atOnce, pollMs, onAttempt } = collaborators
  const { add } = createMailRequests({ model, noticeCaps, clock })
  const rehearsal = createRehearsal()
  const stopping = new AbortController()
  let working: Promise<unknown> | undefined

  return {
    /** Queues a mail that somebody asked for. */
    add,

    /** Queues a mail that goes with something that has happened; never throws, since that has happened anyway. */
    async tell(mail: NewMail): Promise<void> {
      try {
        await add(mail)
      } catch (error) {
        log.error({ err: error, mail: mail.kind }, 'a mail could not be queued')
      }
    },

    /** To which address something is queued that an account has asked for last. Null: nothing is. */
    async addressOf(kind: MailKind, userId: Types.ObjectId): Promise<string | null> {
      const job = await model
        .findOne({ askedFor: keysOfAccount(kind, userId) })
        .sort({ createdAt: -1 })
        .lean<Stored<MailJobRecord>>()
      return job ? (readMailJob(job)?.email ?? null) : null
    },

    /**
     * How many jobs there are, and how many of them are due by now. The others are tried again later, or were refused for
     * good and are kept for a while. The database works on it for a second at most; throws what the driver throws.
     */
    async size(): Promise<{ due: number; later: number }> {
      const due = { awaited: { $in: [true, false, null] }, dueAt: { $lte: clock.now() } }
      const [dueCount, count] = await Promise.all([
        model.collection.countDocuments(due, { maxTimeMS: countMs }),
        model.collection.estimatedDocumentCount({ maxTimeMS: countMs }),
      ])
      return { due: dueCount, later: Math.max(0, count - dueCount) }
    },

    /** Whether a job is still there: whoever asked for it may have taken it back. */
    holds: async ({ _id }: Pick<MailJob, '_id'>): Promise<boolean> => (await model.exists({ _id })) !== null,

    /** Forgets what is queued of one kind for a user; but for one address, if there is an exception. */
    async drop(kind: MailKind, userId: Types.ObjectId, { except }: { except?: string } = {}): Promise<void> {
      await model.deleteMany({ kind, userId, ...(except !== undefined && { email: { $ne: except } }) })
    },

    /** Forgets what is queued for an account that is no more: by its id, and what was asked for by its address. */
    async forget(userId: Types.ObjectId, email: string): Promise<void> {
      const { kinds, keys } = keysOfAddress(email)
      // What was refused for good has no key any more.
      const refused = { userId: null, kind: { $in: kinds }, email }
      await model.deleteMany({ $or: [{ userId }, { askedFor: { $in: keys } }, refused] })
    },

    /** Sends what is due, and goes on until stopped. */
    start(writer: MailWriter): void {
      // Side by side, so that neither a slow notice nor one slow mail is before what somebody waits for.
      working ??= Promise.all([work(writer, awaited, atOnce), work(writer, notices, 1)])
    },

    /** Resolves when what is being sent is done, or has taken too long: then it is sent again after its lease. */
    async stop(): Promise<void> {
      stopping.abort()
      await Promise.race([working, delay(stopMs, undefined, { ref: false })])
      mailer.close()
    },
  }

  function work(writer: MailWriter, which: object, most: number): Promise<void> {
    return workOff({
      take: () => take(which),
      work: (job) => send(writer, job),
      most,
      // At its own pace, not when a mail is queued: what it does for an address that has an account must not show in the
      // time that the next request takes.
      pause: () => delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {}), // told to stop
      stopping: stopping.signal,
      log,
      what: 'the mail queue',
    })
  }

  /** Takes the mail whose turn it is. Null when none is due. */
  async function take(which: object): Promise<MailJob | null> {
    for (;;) {
      const now = clock.now()
      const due = { ...which, dueAt: { $lte: now }, expiresAt: { $gt: now }, refusedAt: null }
      const stored = await model
        .findOneAndUpdate(
          // A kind that only a newer version knows is left to that.
          { ...due, kind: { $in: mailKinds } },
          // One process gets it, and for the length of the lease no other looks at it.
          [{ $set: { dueAt: addSeconds(now, leaseSeconds), attempts: oneMore('attempts') } }],
          { updatePipeline: true, sort: { rank: 1, turnAt: 1 }, returnDocument: 'after' },
        )
        .lean<Stored<MailJobRecord>>()
      if (!stored) return null
      const job = readMailJob(stored)
      if (job) return job
    }
  }

  /** Never throws: what could not be noted is tried again once its lease is over. */
  async function send(writer: MailWriter, job: MailJob): Promise<void> {
    const startedAt = performance.now()
    const at = clock.now()
    let mail: Mail | null | undefined
    try {
      mail = await writer.compose(job)
      if (mail) {
        await rehearsal.watch(startedAt, inTime(mailer.send(mail)))
        await writer.settled(job, at)
      } else if (isAsked(job.kind)) await rehearsal.pretend(startedAt)
      // Unless its time was up and somebody else has taken it.
      await model.deleteOne({ _id: job._id, attempts: job.attempts })
      log.info({ mail: job.kind, sent: mail !== null && mailer.delivers, attempts: job.attempts }, 'mail')
      onAttempt?.(mail && mailer.delivers ? 'sent' : 'dropped')
    } catch (error) {
      onAttempt?.(error instanceof MailRefused ? 'refused' : 'postponed')
      try {
        if (!(error instanceof MailRefused)) await postpone(job, error, mail === null)
        else {
          await giveUp(job, error)
          await writer.settled(job, at)
        }
      } catch (error) {
        log.debug({ err: error }, 'what became of a mail could not be noted')
      }
    }
  }

  /** The job stays, whatever was left of its time, and is sent no more. */
  async function giveUp(job: MailJob, { reply }: MailRefused): Promise<void> {
    const whose = { userId: job.userId?.toHexString(), domain: job.email?.split('@')[1] }
    log.error({ mail: job.kind, job: job._id.toHexString(), ...whose, reply }, 'a mail was refused for good')
    const now = clock.now()
    const expiresAt = addSeconds(now, refusedKeptSeconds)
    await model.updateOne(
      { _id: job._id, attempts: job.attempts },
      {
        // Not due any more, so that nobody looks at it again.
        $set: { refusedAt: now, refusal: reply, dueAt: expiresAt, expiresAt, rank: 1 },
        // Whoever asks again may have mended what was wrong.
        $unset: { askedFor: 1 },
      },
    )
  }

  async function postpone(job: MailJob, error: unknown, inVain: boolean): Promise<void> {
    const seconds = Math.min(5 * 2 ** (job.attempts - 1), maxBackoffSeconds)
    const facts = { err: error, mail: job.kind, attempts: job.attempts, retryInSeconds: seconds }
    if (inVain) log.debug(facts, 'a mail to nobody waits like the others')
    else log.warn(facts, 'a mail was not sent')
    const own = { _id: job._id, attempts: job.attempts }
    // Behind what has not been tried: most of what fails once fails again.
    await model.updateOne(own, { $set: { dueAt: addSeconds(clock.now(), seconds), rank: 1, inVain } })
  }
}

/** What somebody waits for, and everything else: what was queued before there was a difference, too. */
const awaited = { awaited: true }
const notices = { awaited: { $in: [false, null] } }

async function inTime(sending: Promise<void>): Promise<void> {
  const timer = new AbortController()
  const late = delay(sendMs, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new Error(`The mail server took more than ${sendMs / 1000} s`)
  })
  late.catch(() => {}) // told to stop
  try {
    await Promise.race([sending, late])
  } finally {
    timer.abort()
  }
}
