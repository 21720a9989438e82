import type { Translation } from '../translation.ts'

export const ownFields: Translation['ownFields'] = {
  labels: {
    // Yours.
  },
  profile: 'Profil',
  notSaid: 'Keine Angabe',
  changeIt: (label) => `Ändern: ${label}`,
  saved: (label) => `${label}: gespeichert.`,
}
