import type { Translation } from '../translation.ts'

export const menu: Translation['menu'] = {
  menuOf: (username) => `Menü von ${username}`,
  theme: 'Farben',
  themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
  language: 'Sprache',
  signOut: 'Abmelden',
  signingOut: 'Abmeldung läuft …',
}
