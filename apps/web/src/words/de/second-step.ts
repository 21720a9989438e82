import type { Translation } from '../translation.ts'

export const secondStep: Translation['secondStep'] = {
  enterCode: 'Geben Sie Ihren Code ein',
  showPasskey: 'Verwenden Sie Ihren Passkey',
  passwordIsRight: 'Ihr Passwort stimmt. Nur noch ein Schritt.',
  secondStep: 'Zweiter Schritt',
  signIn: 'Anmelden',
  signingIn: 'Anmeldung läuft …',
  usePasskey: 'Passkey verwenden',
  waitingForPasskey: 'Warten auf Ihren Passkey …',
  instead: {
    totp: 'Authenticator-App verwenden',
    recovery_code: 'Wiederherstellungscode verwenden',
    passkey: 'Passkey verwenden',
  },
  startAgain: 'Von vorn beginnen',
  trust: 'Diesem Browser 30 Tage lang vertrauen',
  trustMeans:
    'Dann genügt hier Ihr Passwort, um sich anzumelden. Setzen Sie das Häkchen nicht, wenn auch andere dieses Gerät verwenden.',
  setUp: 'Zwei-Schritt-Anmeldung einrichten',
  roleNeedsIt:
    'Ihre Rolle verlangt bei der Anmeldung einen zweiten Schritt. Richten Sie ihn einmal ein, dann sind Sie angemeldet.',
  turnOn: 'Einschalten und anmelden',
  loading: 'Wird geladen …',
}
