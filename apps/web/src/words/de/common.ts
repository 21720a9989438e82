import type { Translation } from '../translation.ts'

export const common: Translation['common'] = {
  loading: 'Wird geladen …',
  tryAgain: 'Noch einmal versuchen',
  cancel: 'Abbrechen',
  links: { help: 'Hilfe', privacy: 'Datenschutz', imprint: 'Impressum' },

  email: 'E-Mail-Adresse',
  showPassword: 'Passwort anzeigen',
  hidePassword: 'Passwort verbergen',
  capsLockIsOn: 'Die Feststelltaste ist an.',
  codeFromApp: 'Code aus Ihrer App',
  codeFromAppHint: 'Sechs Ziffern. Alle 30 Sekunden kommt ein neuer Code.',
  recoveryCode: 'Wiederherstellungscode',
  recoveryCodeHint: 'Einer der Codes, die Sie gesichert haben. Jeder gilt einmal.',

  tooManyAttempts: (wait) => `Zu viele Versuche. Versuchen Sie es in ${wait} noch einmal.`,
  minutes: (clock) => `${clock} Minuten`,
  about: (hours) => `etwa ${hours}`,
  canTryAgain: 'Sie können es jetzt wieder versuchen.',
}
