import type { KnownDevice as KnownDeviceView } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import { type Device, deviceName, sameNetwork } from '@latchkey/sessions'
import type { Types } from 'mongoose'
import {
  type KnownDevice,
  knownDeviceLimit,
  type Trust,
  type UserModel,
  type UserRecord,
} from './user.model.ts'

export type KnownDevices = ReturnType<typeof createKnownDevices>

/**
 * The browsers that have signed in to an account before. Being known spares its owner the waits that others cause; it opens
 * nothing.
 */
export function createKnownDevices({ users, clock }: { users: UserModel; clock: Clock }) {
  return {
    /**
     * Remembers that a browser has signed in to an account of which the condition holds. The one not seen for longest is
     * forgotten past the limit.
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
        {
          $set: {
            'knownDevices.$.lastSeenAt': known.lastSeenAt,
            'knownDevices.$.userAgent': known.userAgent,
            'knownDevices.$.ip': known.ip,
          },
        },
      )
      if (seen.matchedCount > 0) return
      await users.updateOne(
        // So that two sign-ins of one browser at the same time add it once.
        { ...condition, _id: userId, 'knownDevices.idHash': { $ne: idHash } },
        {
          $push: { knownDevices: { $each: [known], $sort: { lastSeenAt: 1 }, $slice: -knownDeviceLimit } },
        },
      )
    },

    /** The latest seen first. `currentIdHash` is the browser that asks, if it is one of them. */
    async list(userId: string, currentIdHash: string | null): Promise<KnownDeviceView[]> {
      const user = await users
        .findById(userId, { knownDevices: 1, passwordChanges: 1, factorChanges: 1 })
        .lean<Partial<UserRecord>>()
      const known = user?.knownDevices ?? []
      const isTrusted = (trust: Trust) =>
        trust.until > clock.now() &&
        trust.passwordChanges === (user?.passwordChanges ?? 0) &&
        trust.factorChanges === (user?.factorChanges ?? 0)
      return known
        .toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())
        .map(({ trust, ...each }) => ({
          ...view(each, currentIdHash),
          ...(trust && isTrusted(trust) && { trustedUntil: trust.until.toISOString() }),
        }))
    },

    /** Returns whether there was one. */
    async forget(userId: string, idHash: string): Promise<boolean> {
      const { modifiedCount } = await users.updateOne(
        { _id: userId },
        { $pull: { knownDevices: { idHash } } },
      )
      return modifiedCount > 0
    },

    /** Forgets all but one; null: all. */
    async forgetOthers(userId: string, keptIdHash: string | null): Promise<void> {
      await users.updateOne({ _id: userId }, { $pull: { knownDevices: { idHash: { $ne: keptIdHash } } } })
    },
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
  device: deviceName(userAgent ?? ''),
  ip: ip ?? '',
  firstSeenAt: (firstSeenAt ?? lastSeenAt).toISOString(),
  lastSeenAt: lastSeenAt.toISOString(),
})
