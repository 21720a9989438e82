import { brand } from '@latchkey/brand'
import type { Translation } from '../translation.ts'

export const commonInside: Translation['commonInside'] = {
  skipToContent: 'Zum Inhalt springen',
  usernameRule: (min, max) =>
    `${min} bis ${max} Zeichen: Buchstaben von A bis Z, Ziffern, Punkte, Binde- und Unterstriche.`,
  passwordRule: (shortest) =>
    `Mindestens ${shortest} Zeichen. Ein paar Wörter ohne Zusammenhang ergeben ein gutes Passwort.`,
  strength: {
    tooShort: 'Stärke: zu kurz',
    weak: 'Stärke: schwach',
    fair: 'Stärke: mittel',
    good: 'Stärke: gut',
    strong: 'Stärke: sehr gut',
  },

  noMailInDevelopment: 'In der Entwicklung werden keine E-Mails versendet.',
  openMailbox: 'Postfach öffnen',
  mailboxInTerminal:
    'In der Entwicklung werden keine E-Mails versendet. Den Link zum Postfach finden Sie im Terminal, in dem die API gestartet wurde.',

  justNow: 'gerade eben',
  inLessThanAMinute: 'in weniger als einer Minute',
  methods: { password: 'Passwort', code: 'Code', passkey: 'Passkey' },
  showAll: {
    sessions: (count) => `Alle ${count} Sitzungen anzeigen`,
    browsers: (count) => `Alle ${count} Browser anzeigen`,
  },
  showFewer: { sessions: 'Weniger Sitzungen anzeigen', browsers: 'Weniger Browser anzeigen' },

  scanThis:
    'Scannen Sie diesen Code mit einer Authenticator-App, zum Beispiel der Ihres Passwortmanagers, und geben Sie den Code ein, den sie anzeigt.',
  qrCode: 'QR-Code für Ihre Authenticator-App',
  cannotScan: 'Scannen geht nicht? Öffnen Sie den Code {inApp} oder geben Sie diesen Schlüssel ein:',
  inAppHere: 'in einer App auf diesem Gerät',

  saveCodes: 'Sichern Sie Ihre Wiederherstellungscodes',
  saveCodesWhy:
    'Wenn Sie Ihr Telefon verlieren, können Sie sich mit jedem dieser Codes einmal anmelden. Bewahren Sie sie so auf, dass nur Sie sie finden. Die Codes werden nur dieses eine Mal angezeigt.',
  codesOf: (username) => `Wiederherstellungscodes von ${username} für ${brand.name}. Jeder gilt einmal.`,
  recoveryCodes: 'Wiederherstellungscodes',
  copy: 'Kopieren',
  copied: 'Kopiert',
  notCopied: 'Der Browser hat das Kopieren nicht erlaubt. Laden Sie sie herunter, oder drucken Sie sie.',
  download: 'Herunterladen',
  print: 'Drucken',
  haveSavedThem: 'Ich habe sie gesichert',
  twoStepIsOn: 'Die Zwei-Schritt-Anmeldung ist eingeschaltet',
  codesLost:
    'Ihre Wiederherstellungscodes sind unterwegs verloren gegangen. Auf der Kontoseite können Sie neue erstellen.',
  close: 'Schließen',
}
