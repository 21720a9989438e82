import type { Translation } from '../translation.ts'

export const signInAgain: Translation['signInAgain'] = {
  signInAgain: 'Neu anmelden',
  stillHere: (why) => `${why} Was Sie eingegeben haben, ist noch da.`,
  ended: 'Ihre Sitzung ist beendet.',
  findingOut:
    'Hier ist jemand angemeldet. Sobald wir wissen, dass Sie es sind, machen Sie dort weiter, wo Sie waren.',
  youAre: 'Sie sind {username}.',
  yourPassword: 'Ihr Passwort',
  secondStep: 'Zweiter Schritt',
  signIn: 'Anmelden',
  usePasskey: 'Passkey verwenden',
  useRecoveryCode: 'Wiederherstellungscode verwenden',
  useApp: 'Authenticator-App verwenden',
  leave: 'Diese Seite verlassen',
}
