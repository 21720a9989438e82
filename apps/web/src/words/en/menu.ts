import { catalogue } from '../catalogue.ts'

export const words = catalogue('menu', {
  menuOf: (username: string) => `Menu of ${username}`,
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  signOut: 'Sign out',
  signingOut: 'Signing out…',
})
