import type { Translation } from '../translation.ts'

export const account: Translation['account'] = {
  account: 'Konto',
  lead: 'Ihr Benutzername, Ihre E-Mail-Adresse, Ihr Passwort und Ihre Passkeys und die Daten, die wir über Sie speichern.',
  profile: 'Profil',

  change: 'Ändern',
  save: 'Speichern',
  cancel: 'Abbrechen',
  loading: 'Wird geladen …',

  username: 'Benutzername',
  changeUsername: 'Benutzernamen ändern',
  changeYourUsername: 'Ihren Benutzernamen ändern',
  aboutUsername:
    'Damit melden Sie sich an. Ihren alten Namen kann 30 Tage lang niemand sonst nehmen, und Sie können ihn sich zurückholen.',
  newUsername: 'Neuer Benutzername',
  usernameIsNow: (username) => `Ihr Benutzername ist jetzt ${username}.`,

  email: 'E-Mail-Adresse',
  confirmed: 'Bestätigt',
  notConfirmed: 'Nicht bestätigt',
  changeEmail: 'E-Mail-Adresse ändern',
  changeYourEmail: 'Ihre E-Mail-Adresse ändern',
  aboutEmail:
    'Wir senden eine E-Mail an die neue Adresse. Ihre Adresse ändert sich, sobald Sie sie von dort aus bestätigen, und wir senden einen Hinweis an die alte.',
  aboutUnconfirmedEmail:
    'Wir senden eine E-Mail an die neue Adresse. Ihre Adresse ändert sich, sobald Sie sie von dort aus bestätigen.',
  newEmail: 'Neue E-Mail-Adresse',
  sendEmail: 'E-Mail senden',
  emailSent: (pending, email) =>
    `Wir haben eine E-Mail an ${pending} gesendet. Ihre Adresse ändert sich, sobald Sie sie von dort aus bestätigen; bis dahin bleibt sie ${email}.`,
  cancelChange: 'Änderung abbrechen',
  changeCancelled: (email) => `Die Änderung ist abgebrochen. Ihre Adresse bleibt ${email}.`,
  emailsComeIn: (language) => `E-Mails kommen auf ${language}.`,
  getThemIn: (language) => `Auf ${language} erhalten`,
  openTheLink:
    'Öffnen Sie den Link in der E-Mail, die wir Ihnen gesendet haben. Bis dahin können wir Sie dort nicht warnen, wenn sich ein neues Gerät bei Ihrem Konto anmeldet. Ein Konto, dessen Adresse nie bestätigt wird, wird nach einer Weile gelöscht; vorher erinnern wir Sie.',

  password: 'Passwort',
  changePassword: 'Passwort ändern',
  chooseByEmail: 'Per E-Mail eines wählen',
  noPassword: 'Keines. Sie melden sich mit einem Passkey an.',
  knownOnlyToYou: 'Nur Ihnen bekannt',
  lastChanged: 'Zuletzt geändert: {when}',
  keepThatMailbox: (email) =>
    `Sollten Sie Ihre Passkeys verlieren, sendet „Passwort vergessen?“ einen Link an ${email}. Sorgen Sie dafür, dass Sie Zugang zu diesem Postfach behalten.`,
  passkeyAlone: 'Nur noch mit Passkey anmelden',
  removeYourPassword: 'Ihr Passwort entfernen',
  removePasswordQuestion: (email) =>
    `Ihr Passwort entfernen? Sie melden sich dann nur noch mit Passkey an. Sollten Sie Ihre Passkeys verlieren, können Sie über einen Link an ${email} ein neues Passwort wählen.`,
  removePassword: 'Passwort entfernen',
  passwordRemoved:
    'Ihr Passwort wurde entfernt. Sollten Sie Ihre Passkeys verlieren, sendet Ihnen „Passwort vergessen?“ einen Link.',

  changeYourPassword: 'Ihr Passwort ändern',
  aboutPassword:
    'Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet. Wer das alte Passwort kannte, ist innerhalb einer Sekunde ausgesperrt.',
  choosePassword: 'Neues Passwort wählen',
  currentPassword: 'Aktuelles Passwort',
  newPassword: 'Neues Passwort',
  changingPassword: 'Passwort wird geändert …',
  passwordChanged: 'Ihr Passwort wurde geändert. Überall sonst wurden Sie abgemeldet.',

  twoStep: 'Zwei-Schritt-Anmeldung',
  aboutTwoStep:
    'Nach Ihrem Passwort fragt die Anmeldung nach einem Code aus einer App auf Ihrem Telefon. Wer Ihr Passwort erfährt, kommt damit nicht weiter.',
  setUp: 'Zwei-Schritt-Anmeldung einrichten',
  turnOn: 'Einschalten',
  isOn: 'Die Zwei-Schritt-Anmeldung ist eingeschaltet.',
  onSince: (date) =>
    `Eingeschaltet seit ${date}. Nach dem Passwort fragt die Anmeldung nach einem Code aus Ihrer App.`,
  codesLeft: (count) =>
    count === 1
      ? 'Ein Wiederherstellungscode ist noch übrig.'
      : `${count} Wiederherstellungscodes sind noch übrig.`,
  newCodes: 'Neue Wiederherstellungscodes',
  newCodesQuestion:
    'Neue Wiederherstellungscodes erstellen? Die Codes, die Sie gesichert haben, gelten dann nicht mehr.',
  makeNewCodes: 'Neue Codes erstellen',
  oldCodesGone: 'Ihre bisherigen Wiederherstellungscodes gelten nicht mehr.',
  turnOff: 'Ausschalten',
  turnOffTwoStep: 'Zwei-Schritt-Anmeldung ausschalten',
  turnOffQuestion: 'Zwei-Schritt-Anmeldung ausschalten? Zur Anmeldung genügt dann Ihr Passwort.',
  turnItOff: 'Ausschalten',
  isOff: 'Die Zwei-Schritt-Anmeldung ist ausgeschaltet.',
  roleNeedsIt: 'Ihre Rolle verlangt die Zwei-Schritt-Anmeldung, daher lässt sie sich nicht ausschalten.',

  passkeys: 'Passkeys',
  yourPasskeys: 'Ihre Passkeys',
  aboutPasskeys:
    'Mit einem Passkey melden Sie sich per Fingerabdruck, Gesicht oder Bildschirmsperre an, ganz ohne Passwort. Er funktioniert nur auf dieser Website, daher kann ihn Ihnen niemand entlocken.',
  loadingPasskeys: 'Ihre Passkeys werden geladen …',
  noPasskeysInBrowser:
    'Dieser Browser kann keine Passkeys erstellen. Öffnen Sie diese Seite in einem anderen.',
  noPasskeysAtAddress:
    'Unter dieser Adresse funktionieren Passkeys nicht. Öffnen Sie diese Seite unter ihrer üblichen.',
  addPasskey: 'Passkey hinzufügen',
  addAnotherPasskey: 'Weiteren Passkey hinzufügen',
  passkeyAdded: (name) =>
    `Der Passkey „${name}“ wurde hinzugefügt. Melden Sie sich beim nächsten Mal damit an.`,
  noPasskeyAdded: 'Es wurde kein Passkey hinzugefügt.',
  synced: 'Liegt in einem Passwortmanager, der ihn auf Ihre Geräte kopieren kann',
  onOneDevice: 'Bleibt auf einem Gerät',
  lastUsed: 'Zuletzt verwendet',
  notYet: 'Noch nie',
  added: 'Hinzugefügt',
  rename: 'Umbenennen',
  renameIt: (name) => `${name} umbenennen`,
  renamePasskey: 'Diesen Passkey umbenennen',
  name: 'Name',
  remove: 'Entfernen',
  removeIt: (name) => `${name} entfernen`,
  removePasskeyQuestion: (name) =>
    `Den Passkey „${name}“ entfernen? Dann kann sich niemand mehr damit anmelden.`,
  passkeyRemoved: (name) => `Der Passkey „${name}“ wurde entfernt.`,

  yourData: 'Ihre Daten',
  aboutData:
    'Alles, was wir über Sie speichern, als JSON-Datei: Ihr Konto, Ihre Sitzungen und Ihre letzten Aktivitäten.',
  downloadData: 'Meine Daten herunterladen',
  preparingData: 'Ihre Daten werden zusammengestellt …',
  dataDownloaded: (file) => `${file} liegt in Ihren Downloads.`,

  deleteYourAccount: 'Ihr Konto löschen',
  deletesForGood: 'Damit löschen Sie sofort und endgültig:',
  deletesProfile: 'Ihren Benutzernamen, Ihre E-Mail-Adresse, Ihr Passwort und Ihre Passkeys,',
  deletesSessions: 'jede Sitzung auf jedem Gerät,',
  deletesActivity: 'die Aktivitäten des Kontos.',
  deleteAccount: 'Mein Konto löschen',
  deleteQuestion:
    'Ihr Konto wird mit allem, was dazugehört, gelöscht. Das lässt sich nicht rückgängig machen.',
  deleteForGood: 'Endgültig löschen',
  goodbye: (username) => `Ihr Konto und alles, was dazugehört, wurde gelöscht. Auf Wiedersehen, ${username}.`,
}
