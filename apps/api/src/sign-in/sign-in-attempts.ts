import { createHash, randomBytes } from 'node:crypto'
import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { type Credentials, countedTo } from '../users/accounts.ts'
import { type AttemptEvent, stepOn, ticketSeconds, triesPerTicket } from './attempt.ts'
import type { SignInAttemptModel, SignInAttemptRecord } from './sign-in-attempt.model.ts'

/** A sign-in that can go on. */
export type PendingAttempt = SignInAttemptRecord & { state: 'factor' }

export type SignInAttempts = ReturnType<typeof createSignInAttempts>

/** Sign-ins whose password was right and that are not open yet. Each step is one conditional update. */
export function createSignInAttempts({ model, clock }: { model: SignInAttemptModel; clock: Clock }) {
  return {
    /** The ticket for its next step. It is returned once and stored as a hash. */
    async begin(user: Credentials, deviceIdHash: string | null): Promise<string> {
      const ticket = randomBytes(32).toString('base64url')
      const now = clock.now()
      await model.create({
        _id: hash(ticket),
        userId: user._id,
        state: stepOn('begun', 'factorOutstanding').to,
        tries: 0,
        deviceIdHash,
        passwordChanges: user.passwordChanges ?? 0,
        factorChanges: user.factorChanges ?? 0,
        epoch: user.epoch ?? 0,
        createdAt: now,
        expiresAt: addSeconds(now, ticketSeconds),
      })
      return ticket
    },

    /** The attempt of a ticket, if it can go on in this browser. */
    async find(ticket: string, deviceIdHash: string | null): Promise<PendingAttempt | null> {
      const attempt = await model.findOne({ _id: hash(ticket), ...live() }).lean<PendingAttempt>()
      // A ticket alone is no good where the browser that got it can be told from others.
      const isElsewhere = attempt?.deviceIdHash && attempt.deviceIdHash !== deviceIdHash
      return isElsewhere ? null : attempt
    },

    /** Counts a code before it is looked at. False: the ticket has had enough of them, or is used up. */
    async countTry({ _id }: PendingAttempt): Promise<boolean> {
      const { modifiedCount } = await model.updateOne(
        { _id, ...live(), tries: { $lt: triesPerTicket } },
        { $inc: { tries: 1 } },
      )
      if (modifiedCount === 0) await move(_id, 'triesSpent')
      return modifiedCount > 0
    },

    /** Takes a step; false when another request has taken one, or the time is over. */
    move: ({ _id }: PendingAttempt, event: AttemptEvent<'factor'>): Promise<boolean> => move(_id, event),
  }

  async function move(_id: string, event: AttemptEvent<'factor'>): Promise<boolean> {
    const { to } = stepOn('factor', event)
    const { modifiedCount } = await model.updateOne({ _id, ...live() }, { $set: { state: to } })
    return modifiedCount > 0
  }

  // Which attempts may go on is not left to the database, which removes them some time later.
  function live() {
    return { state: 'factor' as const, expiresAt: { $gt: clock.now() } }
  }
}

/** What must still hold of an account for an attempt to open a session. */
export const asItWas = ({ passwordChanges, factorChanges, epoch }: PendingAttempt) => ({
  passwordChanges: countedTo(passwordChanges),
  factorChanges: countedTo(factorChanges),
  epoch: countedTo(epoch),
  disabledAt: null,
})

/** Whether it does hold of an account as it was read. */
export const isAsItWas = (user: Credentials, attempt: PendingAttempt): boolean =>
  (user.passwordChanges ?? 0) === attempt.passwordChanges &&
  (user.factorChanges ?? 0) === attempt.factorChanges &&
  (user.epoch ?? 0) === attempt.epoch &&
  !user.disabledAt

const hash = (ticket: string) => createHash('sha256').update(ticket).digest('base64url')
