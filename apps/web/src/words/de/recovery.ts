import type { Translation } from '../translation.ts'

export const recovery: Translation['recovery'] = {
  signIn: 'Anmelden',
  goToAccount: 'Zu Ihrem Konto',
  sending: 'Wird gesendet …',
  cancel: 'Abbrechen',
  checkEmail: 'Sehen Sie in Ihrem Postfach nach',
  signedInHere:
    'Sie sind hier als {username} ({email}) angemeldet. Der Link gilt für das Konto, an das er gesendet wurde, vielleicht also für ein anderes.',

  forgotPassword: 'Passwort vergessen?',
  enterAddress:
    'Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir senden Ihnen dann einen Link, mit dem Sie ein neues Passwort wählen.',
  sendLink: 'Link senden',
  rememberedIt: 'Doch wieder eingefallen?',
  linkSentIfKnown: (email) => `Wenn es ein Konto für ${email} gibt, haben wir einen Link dorthin gesendet.`,
  tryAnotherAddress: 'Andere Adresse versuchen',
  done: 'Fertig?',
  linkLasts: {
    day: 'Der Link funktioniert einmal, innerhalb von 24 Stunden.',
    halfHour: 'Der Link funktioniert einmal, innerhalb von 30 Minuten.',
  },
  nothingArrived:
    'Nach ein paar Minuten noch nichts da? Sehen Sie im Spam-Ordner nach und prüfen Sie die Adresse auf Tippfehler.',

  choosePassword: 'Neues Passwort wählen',
  signsOutEverywhere:
    'Sie werden überall abgemeldet. Wer das alte Passwort kannte, ist innerhalb einer Sekunde ausgesperrt.',
  newPassword: 'Neues Passwort',
  changePassword: 'Passwort ändern',
  changingPassword: 'Ihr Passwort wird geändert …',
  passwordChangedHere:
    'Ihr Passwort wurde geändert, und Sie wurden überall abgemeldet. Melden Sie sich mit dem neuen an.',
  passwordChanged: 'Ihr Passwort wurde geändert',
  accountSignedOut:
    'Das Konto, für das dieser Link war, wurde überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.',
  continueHere: 'Mit diesem Konto fortfahren',
  signInWithChosen: 'Wenn Sie es waren, melden Sie sich mit dem Passwort an, das Sie gewählt haben.',
  askForNewLink: 'Neuen Link anfordern',

  dead: {
    incomplete: {
      title: 'Dieser Link ist unvollständig',
      cause:
        'Öffnen Sie ihn noch einmal aus der E-Mail oder kopieren Sie den ganzen Link. Sobald er offen ist, nehmen wir ihn aus der Adresszeile. Wird die Seite neu geladen, geht er deshalb verloren.',
    },
    token_invalid: {
      title: 'Dieser Link ist ungültig',
      cause:
        'Vielleicht wurde er abgeschnitten, oder das Konto hat inzwischen eine andere Adresse oder besteht nicht mehr.',
    },
    token_expired: {
      title: 'Dieser Link ist abgelaufen',
      cause:
        'Links funktionieren nur begrenzte Zeit, damit niemand einen aus einer alten E-Mail verwenden kann.',
    },
    token_used: {
      title: 'Dieser Link wurde bereits verwendet',
      cause: 'Jeder Link funktioniert nur einmal.',
    },
  },

  confirmAddress: 'E-Mail-Adresse bestätigen',
  pressToConfirm: 'Bestätigen Sie mit dem Knopf, dass diese Adresse Ihnen gehört.',
  confirmMine: 'Meine Adresse bestätigen',
  confirming: 'Wird bestätigt …',
  addressConfirmed: 'Ihre Adresse ist bestätigt',
  weWriteThere:
    'Vielen Dank. Von jetzt an schreiben wir dorthin, wenn es etwas Wichtiges zu Ihrem Konto gibt.',
  deleteAccountQuestion:
    'Damit wird das Konto gelöscht, das mit Ihrer Adresse angelegt wurde, und alles, was dazugehört. Löschen?',
  deleteAccount: 'Konto löschen',
  accountDeleted: 'Das Konto wurde gelöscht',
  nobodyHasAccount: 'Vielen Dank. Niemand hat jetzt ein Konto mit Ihrer Adresse.',
  notMe: 'Das war ich nicht',
  createOwnAccount: 'Eigenes Konto anlegen',
  isThisYours: 'Ist das Ihr Konto?',
  accountIsCalled:
    'Das Konto heißt {username}. Geben Sie das zugehörige Passwort ein, um die Adresse zu bestätigen.',
  confirmYourAddress: 'Adresse bestätigen',
  noPassword:
    'Hat das Konto kein Passwort? Öffnen Sie den Link dort, wo Sie bei ihm angemeldet sind, oder {choose}.',
  chooseFirst: 'wählen Sie zuerst ein Passwort',
  openSignedIn: 'Hat das Konto kein Passwort? Öffnen Sie den Link dort, wo Sie bei ihm angemeldet sind.',
  passwordOf: (username) => `Passwort von ${username}`,
  otherAccount:
    'Sie sind hier als {username} ({email}) angemeldet. Das ist ein anderes Konto. Melden Sie sich zuerst ab, um das eben bestätigte zu verwenden.',
  continueAs: (username) => `Als ${username} fortfahren`,
  sendAgainTo: (email) =>
    email === null ? 'Senden Sie eine neue E-Mail:' : `Senden Sie eine neue E-Mail an ${email}:`,
  probablyConfirmed: (email) =>
    `Ihre Adresse ist wahrscheinlich schon bestätigt. Wenn nicht, senden Sie eine neue E-Mail${email === null ? '' : ` an ${email}`}:`,
  sendAgain: 'E-Mail noch einmal senden',
  sentAgain: (email) =>
    `Wenn ${email} noch bestätigt werden muss, haben wir eine neue E-Mail gesendet. Der Link darin funktioniert 24 Stunden lang.`,
  correctTheAddress: 'Adresse korrigieren',
  correctYourAddress: 'Ihre Adresse korrigieren',
  mistyped:
    'Haben Sie sich bei der Adresse vertippt? Geben Sie die richtige ein, dann senden wir die E-Mail dorthin.',
  rightAddress: 'Richtige E-Mail-Adresse',
  sendThere: 'E-Mail dorthin senden',
  addressCorrected: (email) =>
    `Die Adresse Ihres Kontos ist jetzt ${email}. Wir haben eine E-Mail dorthin gesendet. Öffnen Sie den Link darin und melden Sie sich dann an.`,

  confirmNewAddress: 'Neue E-Mail-Adresse bestätigen',
  pressToReplace: 'Ersetzen Sie mit dem Knopf Ihre alte Adresse durch diese.',
  addressChanged: 'Ihre E-Mail-Adresse wurde geändert',
  signInWithIt:
    'Melden Sie sich von jetzt an mit ihr an. E-Mails zu Ihrem Konto gehen dorthin. Wenn Ihre alte Adresse bestätigt war, haben wir einen Hinweis an sie gesendet.',
  stopLinkQuestion: 'Jemand möchte Ihre Adresse für sein Konto verwenden. Diesen Link unwirksam machen?',
  dontUseMine: 'Meine Adresse nicht verwenden',
  notUsed: 'Ihre Adresse wird nicht verwendet',
  keepsAddress:
    'Vielen Dank. Der Link funktioniert nicht mehr, und das Konto behält seine bisherige Adresse.',
  changeUsed:
    'Die neue Adresse wird bereits verwendet, oder die Änderung wurde abgebrochen. Ihre Kontoseite zeigt die aktuelle.',
  askForChangeAgain:
    'Ändern Sie die Adresse auf Ihrer Kontoseite noch einmal. Bis dahin bleibt Ihre alte Adresse bestehen.',

  putBackQuestion: 'Alte Adresse wiederherstellen?',
  ifNotYou:
    'Ihr Konto verwendet jetzt eine andere E-Mail-Adresse. Wenn Sie sie nicht geändert haben, kennt jemand Ihr Passwort.',
  whenYouPress: 'Wenn Sie den Knopf drücken:',
  usesAddressAgain: 'verwendet Ihr Konto wieder diese Adresse,',
  everybodySignedOut: 'werden alle abgemeldet, auf jedem Gerät,',
  passwordStops: 'gelten das Passwort und alle Passkeys nicht mehr, und Sie wählen ein neues Passwort.',
  putBack: 'Diese Adresse wiederherstellen',
  puttingBack: 'Wird wiederhergestellt …',
  isBack: 'Ihre alte Adresse ist wieder da',
  chooseNow: 'Alle sind abgemeldet, und das alte Passwort gilt nicht mehr. Wählen Sie jetzt ein neues.',
  undoUsed:
    'Wenn Sie den Link selbst verwendet haben, ist Ihre alte Adresse wieder da: Wählen Sie ein neues Passwort für Ihr Konto.',
  askForHelp:
    'Wenn das Konto eine andere Adresse verwendet und Sie sie nicht geändert haben, bitten Sie den Betreiber dieses Dienstes um Hilfe.',
}
