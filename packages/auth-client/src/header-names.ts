import type { headerNames as contract } from '@latchkey/contracts'

/** The names from `contracts`, repeated because importing values from there would bring zod into every page. */
export const headerNames = {
  refreshLock: 'X-Refresh-Lock',
  refreshKey: 'X-Refresh-Key',
  refreshSession: 'X-Refresh-Session',
  trustLock: 'X-Trust-Lock',
  trustKey: 'X-Trust-Key',
} as const satisfies Partial<typeof contract>
