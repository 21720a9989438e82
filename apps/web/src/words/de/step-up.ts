import type { Translation } from '../translation.ts'

export const stepUp: Translation['stepUp'] = {
  confirmItsYou: 'Bestätigen Sie, dass Sie es sind',
  freshProof: 'Dafür müssen Sie noch einmal zeigen, dass Sie es sind. Auf der Seite geht nichts verloren.',
  needsTwoSteps: 'Dafür ist die Zwei-Schritt-Anmeldung nötig',
  setUpFirst:
    'Ihr Passwort allein genügt hier nicht. Richten Sie zuerst auf Ihrer Kontoseite die Zwei-Schritt-Anmeldung ein.',
  goToAccount: 'Zu Ihrem Konto',
  yourPassword: 'Ihr Passwort',
  usePasskey: 'Passkey verwenden',
  instead: {
    password: 'Stattdessen Passwort verwenden',
    totp: 'Stattdessen Authenticator-App verwenden',
    recovery_code: 'Stattdessen Wiederherstellungscode verwenden',
    passkey: 'Stattdessen Passkey verwenden',
  },
  confirm: 'Bestätigen',
  cancel: 'Abbrechen',
  loading: 'Wird geladen …',
}
