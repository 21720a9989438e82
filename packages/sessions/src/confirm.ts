import type { AuthenticationMethod } from '@latchkey/contracts'
import { toNumericDate } from '@latchkey/contracts/server'
import { Types } from 'mongoose'
import type { Collaborators, SignedInSession } from './collaborators.ts'
import type { SessionOwner } from './owner.ts'
import type { Session } from './session.schema.ts'

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
          { ...condition, _id: userId, refreshTokens: { $elemMatch: { _id, expiresAt: { $gt: now } } } },
          {
            $set: { 'refreshTokens.$.authenticatedAt': now },
            $addToSet: { 'refreshTokens.$.confirmedBy': { $each: methods } },
          },
          {
            returnDocument: 'after',
            projection: { ...owner.fields, epoch: 1, refreshTokens: { $elemMatch: { _id } } },
          },
        )
        .lean<Owner & { refreshTokens: Session[]; epoch?: number }>()
      if (!stored) return null
      const { refreshTokens, epoch = 0, ...user } = stored
      const session = refreshTokens[0]
      if (!session) return null
      return { user: user as unknown as Owner, session, epoch, issuedAt: toNumericDate(now) }
    },
  }
}
