import type { OwnFieldName } from '@latchkey/contracts'
import { catalogue } from '../catalogue.ts'

/** What fields of one's own are called (packages/contracts/src/own-fields.ts). */
const labels = {
  // Yours.
} satisfies Record<OwnFieldName, string>

export const words = catalogue('ownFields', {
  labels,
  profile: 'Profile',
  notSaid: 'Not given',
  changeIt: (label: string) => `Change: ${label}`,
  saved: (label: string) => `${label}: saved.`,
})
