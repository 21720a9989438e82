import type { Session as SessionView } from '@latchkey/contracts'
import { byPassword } from './authentication.ts'
import { describeDevice, deviceName } from './device-name.ts'
import type { Session } from './session.schema.ts'

/**
 * What clients may see of a session: whether it has a lock and not which, and no history. `currentId` is the session
 * that makes the request.
 */
export const sessionView = (session: Required<Session>, currentId: string | null): SessionView => ({
  id: session._id.toHexString(),
  current: session._id.toHexString() === currentId,
  name: session.name,
  ...describeDevice(session.userAgent),
  ip: session.ip,
  createdAt: session.createdAt.toISOString(),
  lastUsedAt: session.rotatedAt.toISOString(),
  lastDevice: deviceName(session.lastUserAgent),
  lastIp: session.lastIp,
  expiresAt: session.expiresAt.toISOString(),
  endsAt: session.absoluteExpiresAt.toISOString(),
  generation: session.generation,
  bound: session.lock !== null,
  amr: [...(session.amr ?? byPassword)],
})
