import type { Session } from '@latchkey/contracts'
import { moment } from './output.ts'

/** What a table says of a session. */
export const sessionColumns: Record<string, (session: Session) => string> = {
  session: ({ id }) => id,
  device: ({ name, device }) => (name === null ? device : `${name} (${device})`),
  'last address': ({ lastIp }) => lastIp,
  opened: ({ createdAt }) => moment(createdAt),
  'last used': ({ lastUsedAt }) => moment(lastUsedAt),
  'ends unused': ({ expiresAt }) => moment(expiresAt),
}
