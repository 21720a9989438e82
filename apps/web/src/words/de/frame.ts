import type { Translation } from '../translation.ts'

export const frame: Translation['frame'] = {
  unreachable:
    'Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  connectionLost:
    'Keine Verbindung. Ihre Eingaben bleiben erhalten. Wir sagen Bescheid, sobald die Verbindung wieder da ist.',
  connectionTrouble: 'Die Verbindung ist gestört. Sie sind weiterhin angemeldet. Neuer Versuch läuft …',
  connectionBack: 'Die Verbindung ist wieder da.',
  notLoaded: 'Das konnte nicht geladen werden',
  tryAgain: 'Noch einmal versuchen',
  newVersion: 'Es gibt eine neue Version',
  replaced:
    'Seit Sie diese Seite geöffnet haben, wurde sie durch eine neuere ersetzt. Laden Sie sie neu, um fortzufahren.',
  reload: 'Seite neu laden',
  wentWrong: 'Etwas ist schiefgegangen',
  stoppedWorking:
    'Diese Seite funktioniert nicht mehr. Wenn Sie angemeldet waren, sind Sie es weiterhin. Meist hilft es, die Seite neu zu laden.',
  signingYouIn: 'Sie werden angemeldet …',
  stillTrying: 'Der Server ist nicht erreichbar. Wir versuchen es weiter …',
}
