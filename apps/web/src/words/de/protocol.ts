import type { Translation } from '../translation.ts'

const calls = (count: number, isInTwoTabs = false) =>
  `${count === 1 ? 'Ein Aufruf' : `${count} Aufrufe`}${isInTwoTabs ? ' in zwei Tabs' : ''}`

const refreshes = (count: number) => (count === 1 ? 'eine Erneuerung' : `${count} Erneuerungen`)

export const protocol: Translation['protocol'] = {
  title: 'Wie Sie angemeldet bleiben',
  lead: 'Drücken Sie einen Knopf und sehen Sie zu, was Ihr Browser, der Server und seine Datenbank einander sagen. Es sind echte Anfragen Ihrer eigenen Sitzung. {back}',
  back: 'Zurück zur Übersicht',

  tryIt: 'Ausprobieren',
  offers: {
    expired: {
      label: 'Zugriffstoken ablaufen lassen',
      meaning: 'Dann ein Aufruf: Er wird abgewiesen, das Token wird einmal erneuert, dann geht er durch.',
    },
    twoTabs: {
      label: 'Zehn Aufrufe zugleich in zwei Tabs',
      meaning:
        'Alle werden abgewiesen; eine Erneuerung genügt für alle. Der zweite Tab ist ein zweiter Client in dieser Seite.',
    },
    lostAnswer: {
      label: 'Nächste Antwort verlieren',
      meaning: 'Der Server erneuert das Token, und die Verbindung bricht ab, bevor Sie davon erfahren.',
    },
    theft: {
      label: 'Mein Cookie stehlen',
      meaning: 'Ein Dieb hat eine Kopie davon, aber nicht den Schlüssel dieses Browsers.',
    },
  },
  inDevelopmentAlone:
    'Antworten auf Wunsch verlieren und Cookies stehlen lassen kann man nur in der Entwicklung: Dort gibt es zwei weitere Knöpfe dafür.',
  watchTheLanes: 'Jeder Knopf sendet echte Anfragen. Unter „Was geschehen ist“ können Sie ihnen zusehen.',
  found: {
    expired: (from, to) =>
      `Abgewiesen, einmal erneuert, noch einmal gesendet. Das Refresh-Token ging von Generation ${from} zu ${to} über.`,
    twoTabs: (count, from, to) =>
      `Zehn Aufrufe, zwei Clients, ${refreshes(count)}: von Generation ${from} zu ${to}. Niemand wurde abgemeldet.`,
    lostAnswer: (requests, from, to) =>
      `${requests}-mal gefragt, einmal weitergerückt: von Generation ${from} zu ${to}. Der zweite Versuch wurde an seinem Schlüssel erkannt.`,
    theft: (status, from, to) =>
      `Der Dieb bekam ${status}. Bei Ihnen ging es weiter, von Generation ${from} zu ${to}.`,
  },

  whatHappened: 'Was geschehen ist',
  ownCalls: 'Eigene Aufrufe der Seite',
  clear: 'Leeren',
  clearLanes: 'Ablauf leeren',
  requests: 'Anfragen, die neueste zuletzt',
  lanes: { page: 'Seite', api: 'API', database: 'Datenbank' },
  noRequestYet: 'Noch nichts. Drücken Sie einen Knopf und sehen Sie zu.',
  story: {
    calls: (count) => calls(count),
    refreshes: (count) => (count === 1 ? 'Eine Erneuerung' : refreshes(count)),
    retried: 'Eine verlorene Antwort und der zweite Versuch',
    callsAndRefreshes: (count, isInTwoTabs, renewals) =>
      `${calls(count, isInTwoTabs)}, ${refreshes(renewals)}`,
    callsAndRetry: (count, isInTwoTabs) =>
      `${calls(count, isInTwoTabs)}, eine verlorene Antwort und der zweite Versuch`,
  },
  underWay: 'unterwegs',
  tabs: { first: 'Tab 1', second: 'Tab 2' },
  sentAgain: '{line} noch einmal',
  answerLost: 'Antwort verloren',
  stored: {
    unknown: 'Keine Antwort: hier nicht bekannt.',
    nothing: 'Nichts wurde erneuert.',
    already: 'Steht schon bei {generation}',
    retry: (took) => `Ein zweiter Versuch: wieder dasselbe Token, ${took}`,
    rotated: 'Generation {change}',
    atomic: (took) => `Eine einzige atomare Änderung, ${took}`,
  },

  refreshToken: 'Ihr Refresh-Token',
  generation: 'Generation',
  usedOnce: 'Gilt einmal',
  replacedByRefresh: 'Jede Erneuerung ersetzt es.',
  replacedBy: (generation) => `Die nächste Erneuerung ersetzt es durch Generation ${generation}.`,
  hidden: 'Verborgen',
  hiddenHow: 'In einem HttpOnly-Cookie. Kein Skript kann es lesen, auch diese Seite nicht.',
  boundTo: 'Gebunden an',
  boundToKey: (device) =>
    `Einen Schlüssel in diesem Browser (${device}), den niemand auslesen kann. Das Cookie allein öffnet nichts.`,
  boundToNothing: (device) =>
    `Nichts: Dieser Browser (${device}) bewahrt unter dieser Adresse keinen Schlüssel auf.`,
  aMoment: 'einen Moment, bitte',
  ifUnused: 'Wenn unbenutzt',
  endsUnused: 'Endet {when}. Jede Erneuerung schiebt das hinaus.',
  endsUnusedSomeDay: 'Endet in einigen Tagen. Jede Erneuerung schiebt das hinaus.',
  inAnyCase: 'Auf jeden Fall',
  endsAnyway: 'Endet {when}. Nichts schiebt das hinaus.',
  endsAnywaySomeDay: 'Endet in einigen Monaten. Nichts schiebt das hinaus.',

  stolenCookie: 'Ein gestohlenes Cookie',
  recordedRun: 'Aufzeichnung',
  howItIsStolen:
    'Das Cookie ist HttpOnly, deshalb kann diese Seite es nicht kopieren. In der Entwicklung tut es der Server: Er nimmt das Cookie aus Ihrer Anfrage und sendet es an seine eigene API, von einem anderen Client und ohne den Schlüssel. Der Alarm ist echt. Sie finden ihn unter Ihren letzten Aktivitäten und, wenn Ihre Adresse bestätigt ist, in Ihrem Posteingang.',
  recorded: (why) => `Das ist die Aufzeichnung von einem Entwicklungsrechner, nicht Ihre Sitzung. ${why}`,
  noKeyHere:
    'Ihre Sitzung hat keinen Schlüssel: Browser bieten über einfaches http keinen an. Eine Kopie würde hier also gelten, bis der Zweite von Ihnen beiden sie verwendet.',
  notInProduction: 'Im Betrieb darf nichts Ihr Cookie kopieren, nicht einmal, um Ihnen das zu zeigen.',
  you: 'Sie',
  thisBrowser: 'dieser Browser',
  refreshCookie: 'das Refresh-Cookie',
  keyThatStays: 'der Schlüssel, der ihn nicht verlassen kann',
  thief: 'Ein Dieb',
  elsewhere: (userAgent) => `${userAgent}, ohne Ihren Browser`,
  copiedCookie: 'das Refresh-Cookie, kopiert',
  noKey: 'kein Schlüssel dazu',
  notTriedYet: 'Noch nicht probiert. Drücken Sie „Mein Cookie stehlen“.',
  noCode: 'kein Code',
  cookiesBack: (count) => (count === 0 ? 'Kein Token, kein Cookie.' : `${count} Cookies kamen zurück.`),
  ownerRotated: 'Generation {change}',
  noticeNothing: 'Bei Ihnen geht es weiter, und Sie merken nichts davon.',
  alarmFrom: '{device}, {when}',

  insideAccessToken: 'In Ihrem Zugriffstoken',
  claims: {
    iss: 'Aussteller: der Server, der es signiert hat.',
    aud: 'Empfänger: der Dienst, für den es bestimmt ist.',
    sub: 'Subjekt: die Kennung Ihres Kontos.',
    sid: 'Sitzung: die Anmeldung auf diesem Gerät, zu der das Token gehört.',
    jti: 'Die eigene Kennung des Tokens, bei jedem eine andere.',
    iat: 'Ausgestellt um.',
    exp: 'Läuft ab um, nach der Uhr des Servers.',
    auth_time: 'Wann Sie zuletzt nachgewiesen haben, wer Sie sind; eine Erneuerung ändert daran nichts.',
    amr: 'Womit: pwd ist ein Passwort, otp ein Code, mfa mehr als eines davon.',
    acr: 'Wie stark das ist: ein Faktor (sfa) oder mehrere (mfa).',
    mfa_time: 'Wann zuletzt etwas anderes als ein Passwort vorlag; 0 heißt nie.',
    epoch:
      'Steigt, wenn sich Ihre Rollen oder Ihr Passwort ändern; Tokens mit einer kleineren Zahl werden abgewiesen.',
    roles: 'Was Sie dürfen.',
    username: 'Ihr Benutzername, damit eine Antwort keine Datenbank braucht.',
    email: 'Ihre Adresse, aus demselben Grund.',
    email_verified: 'Ob Sie sie bestätigt haben.',
  },

  clientLog: 'Was der Client getan hat',
  clearLog: 'Protokoll leeren',
  nothingLogged: 'Noch nichts. Rufen Sie den Endpunkt auf und sehen Sie zu.',
  kinds: {
    request: 'Anfrage',
    response: 'Antwort',
    refresh: 'Erneuerung',
    refreshed: 'Erneuert',
    replay: 'Wiederholung',
    signIn: 'Anmeldung',
    signOut: 'Abmeldung',
    retry: 'Neuer Versuch',
    notice: 'Hinweis',
    error: 'Fehler',
  },
}
