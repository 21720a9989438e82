import type { Translation } from '../translation.ts'

export const sessions: Translation['sessions'] = {
  sessions: 'Sitzungen',
  lead: 'Alle Browser und Apps, die bei Ihrem Konto angemeldet sind. Beenden Sie jede Sitzung, die Sie nicht kennen oder nicht mehr brauchen.',
  loading: 'Ihre Sitzungen werden geladen …',
  thisDevice: 'Dieses Gerät',
  otherDevices: 'Andere Geräte',
  nowhereElse: 'Sie sind sonst nirgends angemeldet.',

  deviceOn: (browser, system) => `${browser} auf ${system}`,
  unknownDevice: 'Unbekanntes Gerät',
  administrator: 'Administrator',
  orAnIPad: (device) => `${device} oder auf einem iPad, das sich ebenso nennt`,
  nameSignedIn: (name, when) => `${name}, angemeldet ${when}`,
  nameNumber: (name, number) => `${name}, Nummer ${number}`,

  inUseNow: 'wird gerade verwendet',
  details: 'Details',
  browser: 'Browser',
  signedIn: 'Angemeldet',
  signedInWhen: (by, isFromElsewhere) =>
    `{when}${by ? `, mit ${by}` : ''}${isFromElsewhere ? ', von {address} aus' : ''}`,
  lastUsedFrom: 'Zuletzt verwendet von',
  lastUsed: 'Zuletzt verwendet',
  expires: 'Läuft ab',

  rename: 'Umbenennen',
  renameIt: (name) => `${name} umbenennen`,
  renameSession: 'Diese Sitzung umbenennen',
  name: 'Name',
  emptyName: 'Bleibt das Feld leer, gilt der Name des Browsers.',
  save: 'Speichern',
  cancel: 'Abbrechen',

  signOut: 'Abmelden',
  end: 'Beenden',
  endIt: (name) => `Sitzung ${name} beenden`,
  endQuestion: (name) => `Diese Sitzung beenden? ${name} muss sich dann neu anmelden.`,
  endSession: 'Sitzung beenden',
  ended: (name) => `Die Sitzung „${name}“ wurde beendet.`,
  endOthers: 'Alle anderen beenden',
  endOthersQuestion: (count) =>
    `Alle ${count} anderen Sitzungen beenden? Diese Geräte müssen sich dann neu anmelden.`,
  endAll: (count) => `Alle ${count} beenden`,
  othersEnded: 'Alle anderen Sitzungen wurden beendet.',

  signOutEverywhere: 'Überall abmelden',
  aboutSignOutEverywhere:
    'Beendet jede Sitzung, auch diese. Innerhalb einer Sekunde kann kein Gerät mehr in Ihrem Namen handeln.',
  signOutEverywhereQuestion: 'Auf jedem Gerät abmelden, auch auf diesem?',

  loadingBrowsers: 'Die Browser werden geladen …',
  knownBrowsers: 'Bekannte Browser',
  aboutKnownBrowsers:
    'Mit diesen Browsern haben Sie sich schon einmal angemeldet. Falsche Passwörter anderer können sie deshalb nicht aussperren. Wenn Sie einen entfernen, bleibt er angemeldet; seine nächste Anmeldung gilt aber als die eines neuen Geräts.',
  noKnownBrowsers:
    'Es ist kein Browser gespeichert. Die nächste Anmeldung von jedem gilt als die eines neuen Geräts.',
  thisBrowser: (device) => `${device} (dieser Browser)`,
  version: (version) => `Version ${version}`,
  lastSignedIn: 'zuletzt angemeldet: {when}',
  trustedUntil: 'Bis {date} ist kein zweiter Schritt nötig',
  stopTrusting: 'Nicht mehr vertrauen',
  stopTrustingIt: (name) => `${name} nicht mehr vertrauen`,
  stopTrustingQuestion: (name) =>
    `${name} nicht mehr vertrauen? Bei der nächsten Anmeldung wird wieder Ihr zweiter Schritt verlangt.`,
  trustedNoMore: (name) => `${name} gilt nicht mehr als vertrauenswürdig.`,
  forget: 'Entfernen',
  forgetIt: (name) => `${name} entfernen`,
  forgetQuestion: (name) =>
    `${name} aus der Liste entfernen? Die nächste Anmeldung gilt dann als die eines neuen Geräts.`,
  forgetTrustedQuestion: (name) =>
    `${name} aus der Liste entfernen? Die nächste Anmeldung gilt dann als die eines neuen Geräts und verlangt Ihren zweiten Schritt.`,
  forgotten: (name) => `${name} wurde aus der Liste entfernt.`,
}
