import type { Translation } from '../translation.ts'

export const notFound: Translation['notFound'] = {
  notFound: 'Seite nicht gefunden',
  nothingHere:
    'Unter dieser Adresse ist nichts zu finden. Prüfen Sie, ob Sie sich vertippt haben. Vielleicht ist die Seite auch umgezogen.',
  goHome: 'Zur Startseite',
}
