import type { AuthenticationMethod } from '@latchkey/contracts'
import { toNumericDate, wholeIn } from '@latchkey/contracts/server'
import { type PipelineStage, Types } from 'mongoose'
import { isStrong } from './authentication.ts'
import type { Collaborators, SignedInSession } from './collaborators.ts'
import type { SessionOwner, StoredHolder } from './owner.ts'
import { liveSession, sessionsIn } from './session.schema.ts'

type Confirmed<Owner extends SessionOwner> = Omit<SignedInSession<Owner>, 'refreshToken'>

/** Step-up: the owner of a session has proved again who they are. */
export function createConfirm<Owner extends SessionOwner>({
  users,
  owner,
  clock,
}: Pick<Collaborators<Owner>, 'users' | 'owner' | 'clock'>) {
  return {
    /**
     * Notes it in this session and no other. Null when the session has ended, or its user does not meet `condition`: that
     * the password, for example, is still the one that was checked.
     */
    async confirm(
      userId: string,
      sessionId: string,
      methods: readonly AuthenticationMethod[],
      condition: object = {},
    ): Promise<Confirmed<Owner> | null> {
      const now = clock.now()
      const _id = new Types.ObjectId(sessionId)
      const stored = await users
        .findOneAndUpdate(
          { ...condition, _id: userId, ...liveSession(_id, now) },
          withConfirmation(_id, methods, now),
          {
            updatePipeline: true,
            returnDocument: 'after',
            projection: { ...owner.fields, epoch: 1, refreshTokens: { $elemMatch: { _id } } },
          },
        )
        .lean<StoredHolder>()
      const user = stored && owner.read(stored)
      const [session] = sessionsIn(stored?.refreshTokens)
      if (!user || !session || session.expiresAt <= now) return null
      return { user, session, epoch: wholeIn(stored.epoch) ?? 0, issuedAt: toNumericDate(now) }
    },
  }
}

/** What was shown in the session before counts on. An operator like $addToSet would fail where nothing was. */
function withConfirmation(
  _id: Types.ObjectId,
  methods: readonly AuthenticationMethod[],
  now: Date,
): PipelineStage.Set[] {
  const before = { $cond: [{ $isArray: '$$each.confirmedBy' }, '$$each.confirmedBy', []] }
  const others = {
    $filter: { input: before, as: 'method', cond: { $not: [{ $in: ['$$method', methods] }] } },
  }
  // Never earlier than it was: the clocks of two processes differ, and clients tell by it which token is the newer one.
  const later = (field: string) => ({ $max: [`$$each.${field}`, now] })
  const confirmed = {
    authenticatedAt: later('authenticatedAt'),
    confirmedBy: { $concatArrays: [others, methods] },
    ...(isStrong(methods) && { strongAt: later('strongAt') }),
  }
  const marked = {
    $cond: [{ $eq: ['$$each._id', _id] }, { $mergeObjects: ['$$each', confirmed] }, '$$each'],
  }
  return [{ $set: { refreshTokens: { $map: { input: '$refreshTokens', as: 'each', in: marked } } } }]
}
