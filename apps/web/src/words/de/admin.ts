import type { Translation } from '../translation.ts'

export const admin: Translation['admin'] = {
  users: 'Benutzer',
  lead: 'Hier finden Sie Benutzer, sehen ihre Sitzungen, ändern ihre Rechte oder sperren ihre Konten.',
  search: 'Suche',
  searchHint: 'Ein beliebiger Teil eines Benutzernamens oder einer E-Mail-Adresse.',
  looking: 'Benutzer werden gesucht …',
  filter: 'Filter',
  filters: {
    all: 'Alle',
    administrators: 'Administratoren',
    disabled: 'Gesperrt',
    unconfirmed: 'Nicht bestätigt',
  },
  results: 'Ergebnisse',
  headings: {
    all: 'Alle Benutzer',
    administrators: 'Administratoren',
    disabled: 'Gesperrte Konten',
    unconfirmed: 'Konten ohne bestätigte Adresse',
  },

  count: (_, shown) => `${shown} Benutzer`,
  moreThan: (shown) =>
    `Mehr als ${shown} Benutzer. Dies sind die neuesten ${shown}; weitere finden Sie über die Suche.`,
  foundAmong: (shown, lookedAt) =>
    `${shown} gefunden unter den ersten ${lookedAt}, die durchsucht wurden. Geben Sie mehr ein, um die Suche einzugrenzen.`,
  none: 'Es gibt keine.',
  noneContains: (query) => `Kein Benutzername und keine E-Mail-Adresse enthält „${query}“.`,
  noneOfTheseContains: (query) => `Kein Name und keine Adresse dieser Benutzer enthält „${query}“.`,

  user: 'Benutzer',
  lastSeen: 'Zuletzt gesehen',
  never: 'nie',
  withinTheHour: 'in der letzten Stunde',
  joined: 'Dabei seit',
  sessions: 'Sitzungen',
  pages: 'Seiten',
  previousPage: 'Vorherige Seite',
  firstPage: 'Erste Seite',
  nextPage: 'Nächste Seite',
  allUsers: 'Alle Benutzer',

  isAdministrator: 'Administrator',
  isDisabled: 'Gesperrt',
  isNotConfirmed: 'Nicht bestätigt',

  oneMoment: 'Einen Moment.',
  loadingUser: 'Der Benutzer wird geladen …',
  noSuchUser: 'Diesen Benutzer gibt es nicht',
  mayBeDeleted: 'Vielleicht wurde das Konto gelöscht, oder in der Adresse dieser Seite ist ein Tippfehler.',
  notLoaded: 'Das Konto konnte nicht geladen werden.',
  about: '{email}, dabei seit {joined}, zuletzt gesehen: {lastSeen}.',

  endAll: 'Alle beenden',
  endAllQuestion: (username, count) =>
    `Alle ${count} Sitzungen beenden? ${username} wird dann überall abgemeldet.`,
  endThem: (count) => `Alle ${count} beenden`,
  allEnded: (username) => `Alle Sitzungen von ${username} wurden beendet.`,
  nowhereSignedIn: (username) => `${username} ist nirgends angemeldet.`,
  sessionUse: '{ip}, zuletzt verwendet: {lastUsed}, angemeldet: {signedIn}',
  end: 'Beenden',
  endIt: (name) => `Sitzung ${name} beenden`,
  endQuestion: (username) => `Diese Sitzung beenden? ${username} muss sich dort dann neu anmelden.`,
  endSession: 'Sitzung beenden',
  ended: (device) => `Die Sitzung „${device}“ wurde beendet.`,

  signedOut: '„Ich wurde abgemeldet“',
  aboutExplaining: (username) =>
    `Erklärt aus Ereignissen und Sitzungen, was mit den Sitzungen von ${username} geschah, bis zu 90 Tage zurück. Die Erklärung ist auf Englisch.`,
  explain: 'Erklären',
  explainAgain: 'Noch einmal erklären',
  whatHappened: 'Was geschah, das Früheste zuerst',

  roleAndAccess: 'Rolle und Zugang',
  ownAccount:
    'Dies ist Ihr eigenes Konto. Ein anderer Administrator kann seine Rolle ändern oder es sperren; Sie selbst können das nicht, damit nie der letzte Administrator ausgesperrt wird.',
  role: 'Rolle',
  roles: {
    admin: (username) => `${username} hat Administratorrechte: Zugriff auf alle Konten, auch zum Ändern.`,
    user: (username) => `${username} hat Benutzerrechte: Zugriff nur auf das eigene Konto.`,
  },
  removeAsAdministrator: 'Administratorrechte entziehen',
  removeAsAdministratorQuestion: (username) =>
    `${username} die Administratorrechte entziehen? Das wirkt innerhalb einer Sekunde.`,
  removeAdministrator: 'Rechte entziehen',
  administratorNoMore: (username) => `${username} hat keine Administratorrechte mehr.`,
  makeAdministrator: 'Zum Administrator machen',
  makeAdministratorQuestion: (username) => `Soll ${username} alle Konten sehen und ändern können?`,
  nowAdministrator: (username) => `${username} hat jetzt Administratorrechte.`,
  giveRole: (role) => `Rolle ${role} geben`,
  giveRoleQuestion: (role, username) => `Soll ${username} die Rolle ${role} haben?`,
  roleGiven: (role, username) => `${username} hat jetzt die Rolle ${role}.`,
  takeRole: (role) => `Rolle ${role} entziehen`,
  takeRoleQuestion: (role, username) =>
    `${username} die Rolle ${role} entziehen? Das wirkt innerhalb einer Sekunde.`,
  roleTaken: (role, username) => `${username} hat die Rolle ${role} nicht mehr.`,

  access: 'Zugang',
  userIsDisabled: (username) => `${username} ist gesperrt und kann sich nicht anmelden.`,
  aboutDisabling:
    'Wird ein Konto gesperrt, enden seine Sitzungen, und jede Anmeldung wird abgewiesen. Gelöscht wird nichts.',
  enable: 'Konto freigeben',
  enableQuestion: (username) => `Soll sich ${username} wieder anmelden können?`,
  enabled: (username) => `${username} kann sich wieder anmelden.`,
  disable: 'Konto sperren',
  disableQuestion: (username) => `${username} überall abmelden und aussperren?`,
  disabled: (username) => `${username} wurde gesperrt und abgemeldet.`,
}
