import type { ManagedUser, Role } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import type { Revocations } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { UserModel, UserRecord } from '../users/user.model.ts'
import { identityFields, userView } from '../users/user-identity.ts'

const shown = 50

type Managed = Pick<UserRecord, '_id' | keyof typeof identityFields | 'disabledAt' | 'refreshTokens'>

const managedFields = { ...identityFields, disabledAt: 1, 'refreshTokens.expiresAt': 1 } as const

interface Collaborators {
  users: UserModel
  revocations: Revocations
  clock: Clock
}

export type Administration = ReturnType<typeof createAdministration>

/** What administrators do to the accounts of others. Null: no such user. */
export function createAdministration({ users, revocations, clock }: Collaborators) {
  return {
    /** Finds users by the beginning of their username or address. An empty query returns the newest accounts. */
    async find(query: string): Promise<ManagedUser[]> {
      const begins = { $regex: `^${query.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}` }
      const found = await users
        .find(query === '' ? {} : { $or: [{ usernameKey: begins }, { emailKey: begins }] }, managedFields)
        .sort({ _id: -1 })
        .limit(shown)
        .lean<Managed[]>()
      return found.map(view)
    },

    async inspect(id: string): Promise<ManagedUser | null> {
      const user = Types.ObjectId.isValid(id) ? await users.findById(id, managedFields).lean<Managed>() : null
      return user && view(user)
    },

    /** Ends every access token that was issued before, so that nobody keeps a role that was taken away. */
    setRoles: (id: string, roles: Role[]) => change(id, { roles }),

    /** Prevents sign-in, and ends every session in the same update. */
    async disable(id: string): Promise<ManagedUser | null> {
      const sessions = Types.ObjectId.isValid(id)
        ? await users.findById(id, { 'refreshTokens._id': 1 }).lean<Pick<UserRecord, 'refreshTokens'>>()
        : null
      // Sessions are revoked by id too. That works even if another node's clock is ahead.
      const ids = sessions?.refreshTokens.map(({ _id }) => _id) ?? []
      return change(id, { disabledAt: clock.now(), refreshTokens: [] }, () => revocations.revokeEnded(ids))
    },

    enable: (id: string) => change(id, { disabledAt: null }),
  }

  async function change(
    id: string,
    fields: Partial<UserRecord>,
    changed = async () => {},
  ): Promise<ManagedUser | null> {
    if (!Types.ObjectId.isValid(id)) return null
    // First before the change, as the database may fail right after it. A user who is not affected just refreshes.
    if (await users.exists({ _id: id })) await revocations.revokeUser(new Types.ObjectId(id))
    const user = await users
      .findOneAndUpdate(
        { _id: id },
        { $set: { ...fields, updatedAt: clock.now() } },
        { returnDocument: 'after', projection: managedFields },
      )
      .lean<Managed>()
    if (!user) return null
    await changed()
    // Then after it: a token that was issued in between carries the old facts, and must end too.
    await revocations.revokeUser(user._id)
    return view(user)
  }

  function view(user: Managed): ManagedUser {
    const now = clock.now()
    const sessionCount = user.refreshTokens.filter(({ expiresAt }) => expiresAt > now).length
    return { ...userView(user), disabled: (user.disabledAt ?? null) !== null, sessionCount }
  }
}
