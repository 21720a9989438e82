import type { Translation } from '../translation.ts'

export const shell: Translation['shell'] = {
  mainNavigation: 'Hauptmenü',
  pages: {
    dashboard: 'Übersicht',
    sessions: 'Sitzungen',
    activity: 'Aktivitäten',
    account: 'Konto',
    admin: 'Benutzer',
  },
  cookiesBlocked:
    'Ihr Browser blockiert hier Cookies. Deshalb werden Sie bald abgemeldet, spätestens wenn Sie diese Seite neu laden oder schließen. Erlauben Sie Cookies für diese Website und melden Sie sich dann neu an.',
}
