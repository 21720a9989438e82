import type { Translation } from '../translation.ts'

export const common: Translation['common'] = {
  skipToContent: 'Zum Inhalt springen',
  loading: 'Wird geladen …',
  tryAgain: 'Erneut versuchen',
  cancel: 'Abbrechen',
  links: { help: 'Hilfe', privacy: 'Datenschutz', imprint: 'Impressum' },

  email: 'E-Mail-Adresse',
  usernameRule: (min, max) =>
    `${min} bis ${max} Buchstaben, Ziffern, Punkte, Bindestriche oder Unterstriche.`,
  showPassword: 'Passwort anzeigen',
  hidePassword: 'Passwort verbergen',
  capsLockIsOn: 'Die Feststelltaste ist an.',
  passwordRule: (shortest) =>
    `Mindestens ${shortest} Zeichen. Ein paar Wörter ohne Zusammenhang ergeben ein gutes Passwort.`,
  strength: {
    tooShort: 'Stärke: zu kurz',
    weak: 'Stärke: schwach',
    fair: 'Stärke: mittel',
    good: 'Stärke: gut',
    strong: 'Stärke: sehr gut',
  },
  codeFromApp: 'Code aus Ihrer App',
  codeFromAppHint: 'Sechs Ziffern. Alle 30 Sekunden kommt ein neuer Code.',
  recoveryCode: 'Wiederherstellungscode',
  recoveryCodeHint: 'Einer der Codes, die Sie aufbewahrt haben. Jeder gilt einmal.',

  tooManyAttempts: (wait) => `Zu viele Versuche. Versuchen Sie es in ${wait} noch einmal.`,
  minutes: (clock) => `${clock} Minuten`,
  about: (hours) => `etwa ${hours}`,
  canTryAgain: 'Sie können es jetzt wieder versuchen.',

  noMailInDevelopment: 'In der Entwicklung werden keine E-Mails verschickt.',
  openMailbox: 'Postfach öffnen',
  mailboxInTerminal:
    'In der Entwicklung werden keine E-Mails verschickt. Den Link zum Postfach finden Sie im Terminal, in dem die API gestartet wurde.',
}
