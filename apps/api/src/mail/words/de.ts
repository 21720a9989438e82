import type { MailWords } from './mail-words.ts'

const notYouFactor =
  'Wenn Sie das nicht waren, hat jemand anders Zugang zu Ihrem Konto. Ändern Sie Ihr Passwort und beenden Sie Ihre anderen Sitzungen: '
const notYou = 'Wenn Sie das nicht waren, ändern Sie Ihr Passwort und beenden Sie Ihre anderen Sitzungen: '

const moment = new Intl.DateTimeFormat('de', { dateStyle: 'full', timeStyle: 'medium', timeZone: 'UTC' })

/** After "am": "Freitag, dem 27. November 2026, um 14:05:09 Uhr (UTC)". Intl knows the nominative alone. */
function inTheDative(at: Date): string {
  const { weekday, day, month, year, hour, minute, second } = Object.fromEntries(
    moment.formatToParts(at).map(({ type, value }) => [type, value]),
  )
  return `${weekday}, dem ${day}. ${month} ${year}, um ${hour}:${minute}:${second} Uhr (UTC)`
}

export const german: MailWords = {
  greeting: (username) => (username === null ? 'Guten Tag,' : `Guten Tag ${username},`),
  orOpen: 'Oder öffnen Sie diese Adresse:',
  unknownDevice: 'Unbekanntes Gerät',
  device: (browser, system) => `${browser} auf ${system}`,
  when: inTheDative,
  links: { help: 'Hilfe', privacy: 'Datenschutz', imprint: 'Impressum' },
  mails: {
    verify_email: () => ({
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      before: ['Bitte bestätigen Sie, dass diese Adresse Ihnen gehört.'],
      button: 'Meine Adresse bestätigen',
      after: [
        'Der Link funktioniert einmal und 24 Stunden lang.',
        'Wenn Sie kein Konto angelegt haben, hat jemand anders Ihre Adresse angegeben. Öffnen Sie den Link und wählen Sie „Das war ich nicht“: Damit wird das Konto gelöscht.',
      ],
    }),
    reset_password: () => ({
      subject: 'Setzen Sie Ihr Passwort zurück',
      before: ['Jemand, hoffentlich Sie, möchte das Passwort Ihres Kontos zurücksetzen.'],
      button: 'Neues Passwort wählen',
      after: [
        'Der Link funktioniert einmal und 30 Minuten lang. Wenn Sie ein neues Passwort wählen, werden Sie überall abgemeldet.',
        'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.',
      ],
    }),
    confirm_new_email: () => ({
      subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
      before: ['Sie möchten für Ihr Konto ab jetzt diese Adresse verwenden.'],
      button: 'Meine neue Adresse bestätigen',
      after: [
        'Der Link funktioniert einmal und 24 Stunden lang. Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Dann ändert sich nichts.',
      ],
    }),
    email_changed: ({ when }) => ({
      subject: 'Ihre E-Mail-Adresse wurde geändert',
      before: [
        `Am ${when} wurde für Ihr Konto eine andere E-Mail-Adresse eingetragen; diese hier gilt nicht mehr.`,
        'Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Stellen Sie diese Adresse wieder her: Damit werden alle abgemeldet, und Sie wählen ein neues Passwort.',
      ],
      button: 'Diese Adresse wiederherstellen',
      after: [
        'Der Link funktioniert einmal und 7 Tage lang. Wenn Sie die Adresse selbst geändert haben, brauchen Sie nichts zu tun.',
      ],
    }),
    password_changed: ({ when, device, ip, link }) => ({
      subject: 'Ihr Passwort wurde geändert',
      before: [
        `Ihr Passwort wurde am ${when} geändert. Gerät: ${device} (${ip}). Ihre anderen Sitzungen wurden beendet.`,
      ],
      after: [`Wenn Sie das nicht waren, setzen Sie es jetzt zurück: ${link}`],
    }),
    new_device: ({ when, device, ip, link }) => ({
      subject: 'Anmeldung bei Ihrem Konto von einem neuen Gerät',
      before: [
        `Am ${when} gab es eine Anmeldung bei Ihrem Konto von einem Gerät, das dort noch nie angemeldet war: ${device} (${ip}).`,
      ],
      after: [`Wenn Sie das waren, ist alles in Ordnung. ${notYou}${link}`],
    }),
    new_network: ({ when, device, ip, link }) => ({
      subject: 'Anmeldung bei Ihrem Konto aus einem neuen Netz',
      before: [
        `Am ${when} gab es eine Anmeldung bei Ihrem Konto von ${ip} aus, mit ${device}. Der Browser ist bekannt, das Netz ist neu.`,
      ],
      after: [`Wenn Sie das waren, ist alles in Ordnung. ${notYou}${link}`],
    }),
    copied_session_refused: ({ when, device, ip, link }) => ({
      subject: 'Eine Kopie Ihrer Sitzung wurde abgewiesen',
      before: [
        `Am ${when} wurden die Cookies einer Ihrer Sitzungen ohne den Schlüssel vorgezeigt, den Ihr Browser verwahrt. Gerät: ${device} (${ip}).`,
        'Der Versuch wurde abgewiesen, und Sie bleiben angemeldet. Vielleicht hat jemand Dateien Ihres Browsers gelesen.',
      ],
      after: [`${notYou}${link}`],
    }),
    token_reused: ({ when, device, ip, link }) => ({
      subject: 'Eine Ihrer Sitzungen wurde beendet',
      before: [
        `Am ${when} wurde ein Refresh-Token vorgezeigt, das schon verwendet worden war. Gerät: ${device} (${ip}). Zwei Programme hatten dieselbe Sitzung; deshalb wurde sie für beide beendet.`,
        'Vielleicht war es eines Ihrer Programme, das mit einer alten Kopie gestartet wurde. Vielleicht hat aber auch jemand das Token entwendet.',
      ],
      after: [`${notYou}${link}`],
    }),
    failed_sign_ins: ({ when, ip, link }) => ({
      subject: 'Viele fehlgeschlagene Anmeldungen bei Ihrem Konto',
      before: [
        `Jemand hat immer wieder erfolglos versucht, sich bei Ihrem Konto anzumelden, zuletzt am ${when} von ${ip} aus.`,
      ],
      after: [
        `Ihr Passwort wurde nicht erraten. Wenn es kurz ist oder Sie es auch anderswo verwenden, ändern Sie es: ${link}`,
      ],
    }),
    email_change_undone: ({ when }) => ({
      subject: 'Die Änderung Ihrer E-Mail-Adresse wurde rückgängig gemacht',
      before: [
        `Am ${when} wurde für Ihr Konto wieder die frühere E-Mail-Adresse eingetragen; diese hier gilt nicht mehr. Dazu diente ein Link, der an die frühere Adresse ging.`,
        'Alle wurden abgemeldet, und es muss ein neues Passwort gewählt werden. Kein Passkey öffnet das Konto mehr.',
      ],
      after: [
        'Wenn Sie das nicht waren, liest jemand anders Ihr früheres Postfach. Wenden Sie sich sofort an den Betreiber dieses Dienstes.',
      ],
    }),
    roles_changed: ({ when, link }) => ({
      subject: 'Ihre Berechtigungen wurden geändert',
      before: [`Ein Administrator hat am ${when} die Rollen Ihres Kontos geändert.`],
      after: [
        `Wenn Sie das nicht erwartet haben, fragen Sie den Betreiber dieses Dienstes. Was mit Ihrem Konto geschehen ist: ${link}`,
      ],
    }),
    totp_enabled: ({ when, device, ip, link }) => ({
      subject: 'Eine Authenticator-App wurde eingerichtet',
      before: [
        `Am ${when} wurde für Ihr Konto eine Authenticator-App eingerichtet. Gerät: ${device} (${ip}). Seitdem wird bei der Anmeldung ein Code dieser App verlangt.`,
        'Bewahren Sie die Wiederherstellungscodes dort auf, wo Sie sie auch ohne Ihr Telefon finden.',
      ],
      after: [`${notYouFactor}${link}`],
    }),
    totp_disabled: ({ when, device, ip, link }) => ({
      subject: 'Ihre Authenticator-App wurde entfernt',
      before: [
        `Die Authenticator-App Ihres Kontos und ihre Wiederherstellungscodes wurden am ${when} entfernt. Gerät: ${device} (${ip}). Von nun an genügt zur Anmeldung Ihr Passwort.`,
      ],
      after: [`${notYouFactor}${link}`],
    }),
    recovery_codes_renewed: ({ when, device, ip, link }) => ({
      subject: 'Sie haben neue Wiederherstellungscodes',
      before: [
        `Am ${when} wurden neue Wiederherstellungscodes erstellt. Gerät: ${device} (${ip}). Die früheren gelten nicht mehr.`,
      ],
      after: [`${notYouFactor}${link}`],
    }),
    recovery_code_used: ({ when, device, ip, link }) => ({
      subject: 'Ein Wiederherstellungscode wurde verwendet',
      before: [
        `Am ${when} wurde einer Ihrer Wiederherstellungscodes anstelle eines Codes Ihrer Authenticator-App verwendet. Gerät: ${device} (${ip}). Er gilt nicht mehr.`,
      ],
      after: [`${notYouFactor}${link}`],
    }),
    recovery_codes_low: ({ when, device, ip, link }) => ({
      subject: 'Ein Wiederherstellungscode wurde verwendet, und nur wenige sind übrig',
      before: [
        `Am ${when} wurde einer Ihrer Wiederherstellungscodes anstelle eines Codes Ihrer Authenticator-App verwendet. Gerät: ${device} (${ip}). Es sind höchstens drei übrig.`,
        'Erstellen Sie neue, bevor Sie sie brauchen.',
      ],
      after: [`${notYouFactor}${link}`],
    }),
    failed_factors: ({ when, ip, link }) => ({
      subject: 'Jemand kennt Ihr Passwort',
      before: [
        `Jemand hat Ihr Passwort und dann immer wieder falsche Codes eingegeben, zuletzt am ${when} von ${ip} aus. Die Anmeldung ist nicht gelungen.`,
      ],
      after: [`Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort: ${link}`],
    }),
    factors_reset_requested: ({ when, link }) => ({
      subject: 'Ihr zweiter Faktor wird entfernt',
      before: [
        `Der Betreiber dieses Dienstes wurde gebeten, Sie ohne Authenticator-App, Wiederherstellungscodes und Passkeys einzulassen. Am ${when} wird alles davon entfernt, was Sie haben; von da an genügt zur Anmeldung Ihr Passwort.`,
        'Wenn Sie noch etwas davon haben, melden Sie sich damit an: Das verhindert es sofort.',
      ],
      after: [
        `Wenn Sie nicht darum gebeten haben, melden Sie sich mit Ihrem zweiten Faktor an und ändern Sie Ihr Passwort: ${link}`,
      ],
    }),
    factors_reset_cancelled: ({ when, link }) => ({
      subject: 'Ihr zweiter Faktor bleibt',
      before: [`Er sollte entfernt werden; das wurde am ${when} verhindert.`],
      after: [`Was mit Ihrem Konto geschehen ist: ${link}`],
    }),
    factors_reset: ({ when, link }) => ({
      subject: 'Ihr zweiter Faktor wurde entfernt',
      before: [
        `Ihre Authenticator-App, Ihre Wiederherstellungscodes und Ihre Passkeys wurden, soweit Sie welche hatten, am ${when} entfernt. Der Betreiber dieses Dienstes war darum gebeten worden. Von nun an genügt zur Anmeldung Ihr Passwort.`,
      ],
      after: [
        `Richten Sie bald einen neuen ein. Wenn Sie nicht darum gebeten haben, ändern Sie Ihr Passwort und wenden Sie sich an den Betreiber dieses Dienstes: ${link}`,
      ],
    }),
    password_removed: ({ when, device, ip, link }) => ({
      subject: 'Ihr Passwort wurde entfernt',
      before: [
        `Das Passwort Ihres Kontos wurde am ${when} entfernt. Gerät: ${device} (${ip}). Von nun an melden Sie sich mit einem Passkey an.`,
        'Bewahren Sie diese E-Mail auf: Sollten Sie Ihre Passkeys verlieren, ist diese Adresse der Weg zurück. Mit einem Link, der hierher gesendet wird, können Sie ein neues Passwort wählen.',
      ],
      after: [`Dafür, oder wenn Sie das nicht waren, können Sie den Link hier anfordern: ${link}`],
    }),
    passkey_added: ({ when, device, ip, link }) => ({
      subject: 'Ihrem Konto wurde ein Passkey hinzugefügt',
      before: [
        `Am ${when} wurde ein Passkey hinzugefügt. Gerät: ${device} (${ip}). Er öffnet Ihr Konto ohne Passwort.`,
      ],
      after: [
        `Wenn Sie das nicht waren, entfernen Sie ihn auf Ihrer Kontoseite, ändern Sie Ihr Passwort und beenden Sie Ihre anderen Sitzungen: ${link}`,
      ],
    }),
    passkey_removed: ({ when, device, ip, link }) => ({
      subject: 'Ein Passkey Ihres Kontos wurde entfernt',
      before: [
        `Am ${when} wurde ein Passkey entfernt. Gerät: ${device} (${ip}). Er öffnet Ihr Konto nicht mehr.`,
      ],
      after: [`${notYou}${link}`],
    }),
    passkey_counter_back: ({ when, device, ip, link }) => ({
      subject: 'Eine Kopie eines Ihrer Passkeys wurde abgewiesen',
      before: [
        `Am ${when} wurde einer Ihrer Passkeys verwendet, der weniger Verwendungen gezählt hatte, als uns bekannt sind. So verhält sich eine Kopie. Gerät: ${device} (${ip}).`,
        'Der Versuch wurde abgewiesen.',
      ],
      after: [
        `Entfernen Sie diesen Passkey auf Ihrer Kontoseite, fügen Sie einen neuen hinzu und sehen Sie dann Ihre anderen Sitzungen durch: ${link}`,
      ],
    }),
    account_lapsing: ({ when }) => ({
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse, um Ihr Konto zu behalten',
      before: [
        'Die E-Mail-Adresse Ihres Kontos wurde nie bestätigt.',
        `Wird sie bis zum ${when} nicht bestätigt, wird das Konto mit allem, was dazugehört, gelöscht.`,
      ],
      button: 'Meine Adresse bestätigen',
      after: [
        'Der Link funktioniert einmal und 24 Stunden lang; einen neuen können Sie dort anfordern, wo Sie sich anmelden.',
        'Wenn Sie kein Konto angelegt haben, brauchen Sie nichts zu tun.',
      ],
    }),
    account_deleted: ({ when }) => ({
      subject: 'Ihr Konto wurde gelöscht',
      before: [`Ihr Konto und alles, was darüber gespeichert war, wurde am ${when} gelöscht.`],
      after: ['Wenn Sie das nicht waren, wenden Sie sich sofort an den Betreiber dieses Dienstes.'],
    }),
  },
}
