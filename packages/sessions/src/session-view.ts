import type { Session as SessionView } from '@latchkey/contracts'
import { byPassword } from './authentication.ts'
import { describeDevice, deviceName } from './device-name.ts'
import type { Session } from './session.schema.ts'

/** What clients may see of a session: no lock, no history. `currentId` is the session that makes the request. */
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
  amr: [...(session.amr ?? byPassword)],
})
