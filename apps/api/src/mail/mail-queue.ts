import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { mongo, Types } from 'mongoose'
import type { Logger } from 'pino'
import type { Mail } from './mail.ts'
import { MailRefused } from './mail-failure.ts'
import { isAwaited, type MailJobModel, type MailJobRecord, type MailKind } from './mail-job.model.ts'
import type { Mailer } from './mailer.ts'
import type { NoticeCaps } from './notice-caps.ts'

const stopMs = 4000
/** The limit for one mail, even if the server keeps the connection busy. */
const sendMs = 60_000
/** After this long another process may try the same mail. Longer than the mailer's own time limits. */
const leaseSeconds = 120
/** A mail that could not be sent for this long is no longer worth reading. */
const keptSeconds = 24 * 3600
const maxBackoffSeconds = 3600

/** A mail to be queued. */
export interface NewMail {
  kind: MailKind
  userId?: Types.ObjectId | null
  email?: string | null
  passwordChanges?: number
  device?: string
  ip?: string
}

/** Turns a job into a mail, as late as possible. Null: there is nobody to write to any more. */
export type ComposeMail = (job: MailJobRecord) => Promise<Mail | null>

interface Collaborators {
  model: MailJobModel
  noticeCaps: NoticeCaps
  mailer: Mailer
  clock: Clock
  log: Logger
  pollMs: number
}

export type MailQueue = ReturnType<typeof createMailQueue>

/**
 * Sends mail in the background, from a queue in the database. A slow or dead mail server delays nothing and loses
 * nothing. Of several processes, one sends each mail. A process that dies after sending and before noting it sends
 * that one mail twice, and no other.
 */
export function createMailQueue({ model, noticeCaps, mailer, clock, log, pollMs }: Collaborators) {
  const stopping = new AbortController()
  let working: Promise<unknown> | undefined

  return {
    /** Queues a mail that somebody asked for. */
    add,

    /** Queues a mail about something that has already happened. So it never throws. */
    async tell(mail: NewMail): Promise<void> {
      try {
        await add(mail)
      } catch (error) {
        log.error({ err: error, mail: mail.kind }, 'a mail could not be queued')
      }
    },

    /** Deletes the queued mails of one kind for a user. */
    async drop(kind: MailKind, userId: Types.ObjectId): Promise<void> {
      await model.deleteMany({ kind, userId })
    },

    /** Sends mails when they are due, until stopped. */
    start(compose: ComposeMail): void {
      // In parallel, so that a slow notice does not hold up a mail that somebody is waiting for.
      working ??= Promise.all([work(compose, awaited), work(compose, notices)])
    },

    /** Resolves when the current mail is sent. If that takes too long, it is sent again after its lease. */
    async stop(): Promise<void> {
      stopping.abort()
      await Promise.race([working, delay(stopMs, undefined, { ref: false })])
      mailer.close()
    },
  }

  async function add(mail: NewMail): Promise<void> {
    const { kind, userId = null, email = null, passwordChanges = 0, device = '', ip = '' } = mail
    const recipient = userId?.toHexString() ?? digest(email ?? '')
    if (!isAwaited(kind) && !(await noticeCaps.admit(kind, recipient))) return
    const askedFor = [kind, recipient, digest(email ?? ''), passwordChanges].join(':')
    const now = clock.now()
    try {
      await model.create({
        _id: new Types.ObjectId(),
        kind,
        userId,
        email,
        passwordChanges,
        device,
        ip,
        awaited: isAwaited(kind),
        ...(isAwaited(kind) && {
          askedFor,
        }),
        createdAt: now,
        attempts: 0,
        dueAt: now,
        expiresAt: addSeconds(now, keptSeconds),
        refusedAt: null,
        refusal: '',
      })
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== 11000) throw error
      // The mail that was asked for before is still queued. If it is waiting for a retry, it is sent now instead.
      await model.updateOne(
        { askedFor, dueAt: { $gt: addSeconds(now, leaseSeconds) } },
        { $set: { dueAt: now } },
      )
    }
  }

  async function work(compose: ComposeMail, which: object): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        while (!stopping.signal.aborted && (await sendNext(compose, which)));
      } catch (error) {
        log.debug({ err: error }, 'the mail queue could not be read; trying again')
      }
      // Sent at a fixed pace, not when a mail is queued. Otherwise the next request would take longer if the address
      // has an account.
      await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {}) // told to stop
    }
  }

  /** Takes the mail that has been due the longest and sends it. Returns whether there was one. */
  async function sendNext(compose: ComposeMail, which: object): Promise<boolean> {
    const now = clock.now()
    // One process gets it. No other process sees it until the lease ends.
    const job = await model
      .findOneAndUpdate(
        { ...which, dueAt: { $lte: now }, expiresAt: { $gt: now }, refusedAt: null },
        { $set: { dueAt: addSeconds(now, leaseSeconds) }, $inc: { attempts: 1 } },
        { sort: { dueAt: 1 }, returnDocument: 'after' },
      )
      .lean<MailJobRecord>()
    if (!job) return false
    try {
      const mail = await compose(job)
      if (mail) await inTime(mailer.send(mail))
      // Unless the lease ran out and another process took it.
      await model.deleteOne({ _id: job._id, attempts: job.attempts })
      log.info({ mail: job.kind, sent: mail !== null && mailer.delivers, attempts: job.attempts }, 'mail')
    } catch (error) {
      await (error instanceof MailRefused ? giveUp(job, error) : postpone(job, error))
    }
    return true
  }

  /** The job stays until it expires, to show why a mail did not come. */
  async function giveUp(job: MailJobRecord, { reply }: MailRefused): Promise<void> {
    const whose = { userId: job.userId?.toHexString(), domain: job.email?.split('@')[1] }
    log.error({ mail: job.kind, job: job._id.toHexString(), ...whose, reply }, 'a mail was refused for good')
    await model.updateOne(
      { _id: job._id },
      {
        $set: { refusedAt: clock.now(), refusal: reply },
        // The person may ask again, after correcting the address.
        $unset: { askedFor: 1 },
      },
    )
  }

  async function postpone(job: MailJobRecord, error: unknown): Promise<void> {
    const seconds = Math.min(5 * 2 ** (job.attempts - 1), maxBackoffSeconds)
    log.warn(
      { err: error, mail: job.kind, attempts: job.attempts, retryInSeconds: seconds },
      'a mail was not sent',
    )
    const own = { _id: job._id, attempts: job.attempts }
    await model.updateOne(own, { $set: { dueAt: addSeconds(clock.now(), seconds) } })
  }
}

/** Mails that somebody is waiting for, and all others. Jobs from before this field existed count as others. */
const awaited = { awaited: true }
const notices = { awaited: { $in: [false, null] } }

const digest = (text: string) =>
  createHash('sha256').update(text.toLowerCase()).digest('base64url').slice(0, 22)

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
