import { type ManagedUser, type Role, type RoleChange, roles } from '@latchkey/contracts'
import { type Clock, oneMore } from '@latchkey/contracts/server'
import type { Revocations } from '@latchkey/sessions'
import { type mongo, Types } from 'mongoose'
import { readUser, type StoredUser } from '../users/read-user.ts'
import type { UserModel, UserRecord } from '../users/user.model.ts'
import type { UserSessions } from '../users/user-identity.ts'
import { type Managed, managed, managedFields, managedView } from './managed-user.ts'

interface Collaborators {
  users: UserModel
  sessions: Pick<UserSessions, 'revokeIssued'>
  revocations: Revocations
  clock: Clock
}

const rolesBut = (some: readonly Role[]) => ({
  $filter: { input: { $ifNull: ['$roles', []] }, cond: { $not: [{ $in: ['$$this', [...some]] }] } },
})

/** Those of an account that this version does not know: a process of another one may have given them. */
const otherRoles = rolesBut(roles)

export type Administration = ReturnType<typeof createAdministration>

/** What administrators do with the accounts of others. Null: no such user. */
export function createAdministration({ users, sessions, revocations, clock }: Collaborators) {
  return {
    inspect,

    /** Ends every access token that was issued before, so that nobody keeps a role that was taken away. */
    setRoles: (id: string, given: Role[]) => change(id, { roles: { $concatArrays: [given, otherRoles] } }),

    /**
     * The same, and whatever else the account has by now stays: somebody else may have changed it since it was looked at.
     * Whoever has an account stays a user. `isChanged` is false when all of it was so already; then no token ends.
     */
    async changeRoles(
      id: string,
      { add, remove }: RoleChange,
    ): Promise<{ user: ManagedUser; isChanged: boolean } | null> {
      if (!Types.ObjectId.isValid(id)) return null
      const given = [...new Set(add)].filter((role) => role !== 'user')
      const taken = remove.filter((role) => role !== 'user' && !given.includes(role))
      const when = { $or: [...given.map((role) => ({ roles: { $ne: role } })), { roles: { $in: taken } }] }
      const roles = { $concatArrays: [['user'], rolesBut(['user', ...given, ...taken]), given] }
      const isNeeded = await users.exists({ _id: new Types.ObjectId(id), ...when })
      const changed = isNeeded && (await change(id, { roles }, { when }))
      if (changed) return { user: changed, isChanged: true }
      const user = await inspect(id)
      return user && { user, isChanged: false }
    },

    /** Keeps somebody out: no sign-in. Every session and the trust in any browser end with the same update. */
    disable: (id: string) =>
      change(
        id,
        { disabledAt: clock.now(), refreshTokens: [], knownDevices: [] },
        { ends: 'account_disabled' },
      ),

    enable: (id: string) => change(id, { disabledAt: null }),
  }

  async function inspect(id: string): Promise<ManagedUser | null> {
    if (!Types.ObjectId.isValid(id)) return null
    const user = readUser(await users.findById(id, managed).lean<StoredUser>(), managedFields)
    return user && view(user)
  }

  /**
   * `ends`: why every session ends with it; missing: they go on. `when`: what has to be so of the account. Null as well when it
   * is not.
   */
  async function change(
    id: string,
    fields: { [Field in keyof UserRecord]?: UserRecord[Field] | mongo.Document },
    { ends, when }: { ends?: string; when?: mongo.Document } = {},
  ): Promise<ManagedUser | null> {
    if (!Types.ObjectId.isValid(id)) return null
    const _id = new Types.ObjectId(id)
    // Before the change, for the database may go away right after it. Whom it does not concern refreshes and goes on.
    await sessions.revokeIssued(_id)
    const stored = await users
      .findOneAndUpdate(
        { _id, ...when },
        [{ $set: { ...fields, updatedAt: clock.now(), epoch: oneMore('epoch') } }],
        {
          updatePipeline: true,
          returnDocument: 'after',
          projection: managed,
        },
      )
      .lean<StoredUser>()
    const user = readUser(stored, managedFields)
    if (!user) return null
    // And after it: a token issued in between carries what was true before, and an epoch below this one.
    await revocations.revokeBelow([_id], user.epoch, { userId: _id, ...(ends && { reason: ends }) })
    return view(user)
  }

  function view(user: Managed): ManagedUser {
    return managedView(user, clock.now())
  }
}
