import type { KnownDevice as KnownDeviceView } from '@latchkey/contracts'
import { type Clock, listOf } from '@latchkey/contracts/server'
import { type Device, describeDevice, sameNetwork } from '@latchkey/sessions'
import type { Types } from 'mongoose'
import { stillIn } from './accounts.ts'
import { projectionOf, readUser, type StoredUser } from './read-user.ts'
import { type KnownDevice, knownDeviceLimit, type Trust, type UserModel } from './user.model.ts'

/** So many accounts at a time. */
const batch = 500

const trusted = { trust: { $ne: null } }

export type KnownDevices = ReturnType<typeof createKnownDevices>

/**
 * The browsers that have signed in to an account before. Being known spares its owner the waits that others cause; it
 * opens nothing.
 */
export function createKnownDevices({ users, clock }: { users: UserModel; clock: Clock }) {
  return {
    /**
     * Remembers that a browser has signed in to an account of which the condition holds. The one not seen for longest is
     * forgotten past the limit, one that holds no session first.
     */
    async remember(
      userId: Types.ObjectId,
      idHash: string,
      device: Device,
      condition: object = {},
    ): Promise<void> {
      const known = newDevice(idHash, device, clock.now())
      const seen = await users.updateOne(
        { ...condition, _id: userId, 'knownDevices.idHash': idHash },
        // Not by `$`, which may be the place of what the condition is about.
        {
          $set: {
            'knownDevices.$[seen].lastSeenAt': known.lastSeenAt,
            'knownDevices.$[seen].userAgent': known.userAgent,
            'knownDevices.$[seen].ip': known.ip,
          },
        },
        { arrayFilters: [{ 'seen.idHash': idHash }] },
      )
      if (seen.matchedCount > 0) return
      const all = { $concatArrays: [listOf('knownDevices'), [{ $literal: known }]] }
      const bySight = { $sortArray: { input: all, sortBy: { lastSeenAt: 1 } } }
      // Whoever never signs out is not seen for long: a browser that holds a session goes last.
      const holdsSession = {
        $in: [
          '$$each.idHash',
          { $map: { input: listOf('refreshTokens'), as: 'session', in: '$$session.deviceIdHash' } },
        ],
      }
      const those = (cond: object) => ({ $filter: { input: bySight, as: 'each', cond } })
      const byUse = { $concatArrays: [those({ $not: [holdsSession] }), those(holdsSession)] }
      await users.updateOne(
        // So that two sign-ins of one browser at the same time add it once.
        { ...condition, _id: userId, 'knownDevices.idHash': { $ne: idHash } },
        [{ $set: { knownDevices: { $slice: [byUse, -knownDeviceLimit] } } }],
        { updatePipeline: true },
      )
    },

    /** The latest seen first. `currentIdHash` is the browser that asks, if it is one of them. */
    async list(userId: string, currentIdHash: string | null): Promise<KnownDeviceView[]> {
      const fields = ['knownDevices', 'passwordChanges', 'factorChanges'] as const
      const user = readUser(await users.findById(userId, projectionOf(fields)).lean<StoredUser>(), fields)
      const isTrusted = (trust: Trust) =>
        trust.until > clock.now() &&
        trust.passwordChanges === user?.passwordChanges &&
        trust.factorChanges === user.factorChanges
      const known = user?.knownDevices.sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime()) ?? []
      return known.map(({ trust, ...each }) => ({
        ...view(each, currentIdHash),
        ...(trust && isTrusted(trust) && { trustedUntil: trust.until.toISOString() }),
      }))
    },

    /** For somebody who is signed in. False when there was none, or that session has ended. */
    async forget(userId: string, sessionId: string, idHash: string): Promise<boolean> {
      const { modifiedCount } = await users.updateOne(
        { ...stillIn(sessionId, clock.now()), _id: userId, 'knownDevices.idHash': idHash },
        { $pull: { knownDevices: { idHash } } },
      )
      return modifiedCount > 0
    },

    /** For somebody who is signed in. False when it was not trusted, or that session has ended. It stays known. */
    async untrust(userId: string, sessionId: string, idHash: string): Promise<boolean> {
      const { modifiedCount } = await users.updateOne(
        {
          ...stillIn(sessionId, clock.now()),
          _id: userId,
          knownDevices: { $elemMatch: { idHash, ...trusted } },
        },
        // Not by `$`, which may be the place of the session.
        { $set: { 'knownDevices.$[meant].trust': null } },
        { arrayFilters: [{ 'meant.idHash': idHash }] },
      )
      return modifiedCount > 0
    },

    /** Trusts no browser of anybody any longer, a few accounts at a time. They stay known. Returns whose there were. */
    async untrustEverybody(): Promise<number> {
      let accounts = 0
      for (let last: Types.ObjectId | undefined; ; ) {
        const found = await users
          .find({ ...(last && { _id: { $gt: last } }), knownDevices: { $elemMatch: trusted } }, { _id: 1 })
          .sort({ _id: 1 })
          .limit(batch)
          .read('primary')
          .lean<{ _id: Types.ObjectId }[]>()
        if (found.length === 0) return accounts
        last = found.at(-1)?._id
        accounts += found.length
        await untrustAll(found.map(({ _id }) => _id))
      }
    },

    untrustAll,

    /** Forgets all but one; null: all. */
    async forgetOthers(userId: string, keptIdHash: string | null): Promise<void> {
      const others = { idHash: { $ne: keptIdHash } }
      await users.updateOne(
        { _id: userId, knownDevices: { $elemMatch: others } },
        { $pull: { knownDevices: others } },
      )
    },
  }

  /** Trusts no browser of these accounts any longer. They stay known. */
  async function untrustAll(userIds: readonly Types.ObjectId[]): Promise<void> {
    await users.updateMany(
      { _id: { $in: userIds }, knownDevices: { $elemMatch: trusted } },
      { $set: { 'knownDevices.$[meant].trust': null } },
      { arrayFilters: [{ 'meant.trust': { $ne: null } }] },
    )
  }
}

export const newDevice = (idHash: string, { userAgent, ip }: Device, now: Date): KnownDevice => ({
  idHash,
  firstSeenAt: now,
  lastSeenAt: now,
  userAgent,
  ip,
})

/** How a browser stands to an account that somebody signs in to: unknown, known, or known and in a new network. */
export function acquaintance(
  known: readonly KnownDevice[] | undefined,
  idHash: string | undefined,
  ip: string,
): 'unknown' | 'known' | 'moved' {
  const found = idHash === undefined ? undefined : known?.find((each) => each.idHash === idHash)
  if (!found) return 'unknown'
  return !found.ip || sameNetwork(found.ip, ip) ? 'known' : 'moved'
}

/** What leaves of a known browser. The hash names it: nobody makes the cookie from that. */
const view = (
  { idHash, firstSeenAt, lastSeenAt, userAgent, ip }: KnownDevice,
  currentIdHash: string | null,
): KnownDeviceView => ({
  id: idHash,
  current: idHash === currentIdHash,
  ...describeDevice(userAgent),
  ip,
  firstSeenAt: firstSeenAt.toISOString(),
  lastSeenAt: lastSeenAt.toISOString(),
})
