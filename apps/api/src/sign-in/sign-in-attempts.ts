import { createHash, randomBytes } from 'node:crypto'
import { addSeconds, type Clock, type Stored } from '@latchkey/contracts/server'
import { type Credentials, countedTo } from '../users/accounts.ts'
import { type AttemptState, type PendingState, stepOn, ticketSeconds, triesPerTicket } from './attempt.ts'
import {
  readSignInAttempt,
  type SignInAttempt,
  type SignInAttemptModel,
  type SignInAttemptRecord,
} from './sign-in-attempt.model.ts'

/** A sign-in that can go on. */
export type PendingAttempt<State extends PendingState = PendingState> = SignInAttempt & { state: State }

export type SignInAttempts = ReturnType<typeof createSignInAttempts>

/** Sign-ins whose password was right and that are not open yet. Each step is one conditional update. */
export function createSignInAttempts({ model, clock }: { model: SignInAttemptModel; clock: Clock }) {
  return {
    /** The ticket for its next step. It is returned once and stored as a hash. */
    async begin(
      user: Credentials,
      event: 'factorOutstanding' | 'enrolmentOutstanding',
      deviceIdHash: string | null,
    ): Promise<{ ticket: string; expiresIn: number }> {
      const ticket = randomBytes(32).toString('base64url')
      const state = stepOn('begun', event).to
      const expiresIn = ticketSeconds[state]
      const now = clock.now()
      const attempt: SignInAttemptRecord = {
        _id: hash(ticket),
        userId: user._id,
        state,
        tries: 0,
        deviceIdHash,
        passwordChanges: user.passwordChanges,
        factorChanges: user.factorChanges,
        passkeyChanges: user.passkeyChanges,
        epoch: user.epoch,
        secret: null,
        createdAt: now,
        expiresAt: addSeconds(now, expiresIn),
      }
      // Not by the model: we made every value here.
      await model.collection.insertOne(attempt as object)
      return { ticket, expiresIn }
    },

    /** The attempt of a ticket, if it can go on so. */
    find: <State extends PendingState>(ticket: string, state: State): Promise<PendingAttempt<State> | null> =>
      read(live(hash(ticket), state), state),

    /** Counts what is shown before it is looked at. False: the ticket has had enough, or is used up. */
    async countTry({ _id, state }: PendingAttempt): Promise<boolean> {
      const { modifiedCount } = await model.updateOne(
        { ...live(_id, state), tries: { $lt: triesPerTicket } },
        { $inc: { tries: 1 } },
      )
      if (modifiedCount === 0) await move({ _id, state }, stepOn(state, 'triesSpent'))
      return modifiedCount > 0
    },

    /** The secret of the app that is set up with a ticket: the first that was made for it. Null: it counts no more. */
    async keepSecret({ _id }: PendingAttempt<'enrolment'>, secret: string): Promise<string | null> {
      await model.updateOne({ ...live(_id, 'enrolment'), secret: null }, { $set: { secret } })
      const attempt = await read(live(_id, 'enrolment'), 'enrolment')
      return attempt?.secret ?? null
    },

    /** Takes a step; false when another request has taken one, or the time is over. */
    move,
  }

  async function move(
    { _id, state }: Pick<PendingAttempt, '_id' | 'state'>,
    { to }: { to: AttemptState },
  ): Promise<boolean> {
    const { modifiedCount } = await model.updateOne(live(_id, state), { $set: { state: to } })
    return modifiedCount > 0
  }

  // Which attempts may go on is not left to the database, which removes them some time later.
  function live<State extends PendingState>(_id: string, state: State) {
    return { _id, state, expiresAt: { $gt: clock.now() } }
  }

  async function read<State extends PendingState>(
    which: object,
    state: State,
  ): Promise<PendingAttempt<State> | null> {
    const attempt = readSignInAttempt(await model.findOne(which).lean<Stored<SignInAttemptRecord>>())
    return attempt && { ...attempt, state }
  }
}

/** What must still hold of an account for an attempt to open a session. */
export const asItWas = ({ passwordChanges, factorChanges, passkeyChanges, epoch }: PendingAttempt) => ({
  passwordChanges: countedTo(passwordChanges),
  factorChanges: countedTo(factorChanges),
  passkeyChanges: countedTo(passkeyChanges),
  epoch: countedTo(epoch),
  disabledAt: null,
})

/** Whether it does hold of an account as it was read. */
export const isAsItWas = (user: Credentials, attempt: PendingAttempt): boolean =>
  user.passwordChanges === attempt.passwordChanges &&
  user.factorChanges === attempt.factorChanges &&
  user.passkeyChanges === attempt.passkeyChanges &&
  user.epoch === attempt.epoch &&
  !user.isDisabled

const hash = (ticket: string) => createHash('sha256').update(ticket).digest('base64url')
