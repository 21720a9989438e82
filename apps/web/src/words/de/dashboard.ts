import type { Translation } from '../translation.ts'

export const dashboard: Translation['dashboard'] = {
  title: 'Übersicht',
  hello: (username) => `Hallo ${username}`,
  lead: 'Sie sind angemeldet. Rufen Sie einen geschützten Endpunkt auf, lassen Sie Ihr Zugriffstoken ablaufen, und rufen Sie ihn noch einmal auf.',

  untilExpiry: 'Zeit bis zum Ablauf des Zugriffstokens',
  expired: 'Abgelaufen',
  nextCallRenews: 'Der nächste Aufruf holt ein neues Zugriffstoken.',
  renewsItself: 'gilt Ihr Zugriffstoken noch. Es erneuert sich von selbst.',

  protectedEndpoint: 'Geschützter Endpunkt',
  callIt: 'Geschützten Endpunkt aufrufen',
  expireNow: 'Mein Zugriffstoken jetzt ablaufen lassen',
  nextSteps: {
    untouched: 'GET /api/protected beantwortet nur Anfragen mit einem gültigen Zugriffstoken.',
    expired:
      'Der Server weist Ihr Zugriffstoken jetzt ab. Rufen Sie den Endpunkt auf: Die Anfrage wird mit 401 abgewiesen, das Token wird einmal erneuert, dann geht die Anfrage durch.',
    renewed:
      'Ein neues Zugriffstoken ist da, und Sie mussten nichts dafür tun. „Ausprobieren“ zeigt, wie das geht.',
  },
  noCallYet: 'Noch kein Aufruf.',
  answerAppearsHere: 'Hier erscheint die Antwort.',
  noAnswer: 'Keine Antwort',
  answered: (status) => `${status} OK`,
  refused: (status) => `${status} abgewiesen`,
  afterMs: (ms) => `nach ${ms} ms`,

  signedInAs: 'Angemeldet als',
  username: 'Benutzername',
  email: 'E-Mail-Adresse',
  roles: 'Rollen',
  memberSince: 'Dabei seit',

  whySignedIn: 'Warum Sie angemeldet bleiben',
  whatToTry:
    'Lassen Sie Ihr Token ablaufen, eine Antwort verloren gehen, Ihr Cookie stehlen. Und sehen Sie, was geschieht.',
  tryIt: 'Ausprobieren',
}
