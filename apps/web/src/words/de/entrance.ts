import { brand } from '@latchkey/brand'
import type { Translation } from '../translation.ts'

export const entrance: Translation['entrance'] = {
  signIn: 'Anmelden',
  welcome: 'Willkommen. Bitte melden Sie sich an.',
  emailOrUsername: 'E-Mail-Adresse oder Benutzername',
  password: 'Passwort',
  signingIn: 'Anmeldung läuft …',
  signInWithPasskey: 'Mit einem Passkey anmelden',
  waitingForPasskey: 'Warten auf Ihren Passkey …',
  forgotPassword: 'Passwort vergessen?',
  newHere: 'Neu hier?',
  createAnAccount: 'Konto anlegen',
  loading: 'Wird geladen …',
  language: 'Sprache',

  about: `Über ${brand.name}`,
  motto: 'Die Tür öffnet sich für Sie und fällt hinter Ihnen ins Schloss.',
  shortTokens: 'Zugriffstokens gelten nur wenige Minuten und bleiben im Arbeitsspeicher.',
  noKeyTwice: 'Ihre Sitzung erneuert sich selbst, und kein Schlüssel wird zweimal verwendet.',
  ownServer: 'Läuft auf Ihrem eigenen Server.',

  signedOut: 'Sie sind abgemeldet.',
  notKept:
    'Ihr Browser hat keine Cookies behalten, deshalb ist Ihre Anmeldung beendet. Erlauben Sie Cookies für diese Website und melden Sie sich dann neu an.',
  ended: {
    refresh_token_invalid: 'Ihre Sitzung ist nicht mehr gültig. Melden Sie sich an, um fortzufahren.',
    refresh_token_expired: 'Ihre Sitzung ist abgelaufen. Melden Sie sich an, um fortzufahren.',
    refresh_token_revoked:
      'Diese Sitzung wurde beendet, hier oder von einem anderen Gerät aus. Melden Sie sich an, um fortzufahren.',
    refresh_token_reused:
      'Eine alte Kopie Ihrer Sitzung wurde noch einmal verwendet. Zu Ihrer Sicherheit haben wir die Sitzung beendet. Melden Sie sich neu an. Wenn Sie nicht wissen, wie es dazu kam, ändern Sie Ihr Passwort.',
    refresh_token_locked:
      'Dieser Browser hat den Schlüssel zu Ihrer Sitzung nicht mehr. Melden Sie sich an, um eine neue zu beginnen.',
    refresh_token_key_lost: 'Dieser Browser hat seinen Schlüssel verloren. Bitte melden Sie sich neu an.',
  },
}
