import type { Translation } from '../translation.ts'

export const activity: Translation['activity'] = {
  recentActivity: 'Letzte Aktivitäten',
  lead: 'Was in den letzten 90 Tagen mit Ihrem Konto geschehen ist, das Neueste zuerst. Wenn Sie etwas nicht selbst waren, ändern Sie Ihr Passwort.',
  loading: 'Ihre Aktivitäten werden geladen …',
  showOlder: 'Ältere Aktivitäten zeigen',
  nothingYet: 'Bisher ist nichts geschehen.',

  pleaseCheck: 'Bitte prüfen',
  wasThisYou: 'Waren Sie das?',
  lookAtSessions: 'Ihre Sitzungen ansehen',
  changePassword: 'Ihr Passwort ändern',
  wasOn: (device) => `Sie lief auf: ${device}.`,
  wasOnNamed: (name, device) => `Sie lief auf: ${name} (${device}).`,
  endedFrom: (device) => `Beendet von: ${device}`,

  eventsOn: (count, device) => `${count} Ereignisse: ${device}`,
  routine: { signed_in: 'angemeldet', signed_out: 'abgemeldet' },

  notice: '{title}. Sehen Sie nach, was geschehen ist und was Sie tun können.',
  seeActivity: 'Letzte Aktivitäten ansehen',

  severalSessionsEnded: 'Mehrere Sitzungen beendet',
  unknownEvent: (name) => `Neue Art von Ereignis: ${name}`,
  events: {
    registered: { title: 'Konto angelegt' },
    signed_in: { title: 'Angemeldet' },
    new_device: {
      title: 'Auf einem neuen Gerät angemeldet',
      meaning: 'Waren Sie das nicht? Beenden Sie diese Sitzung und ändern Sie Ihr Passwort.',
    },
    new_network: {
      title: 'Aus einem neuen Netz angemeldet',
      meaning:
        'Ein Browser, den Sie schon verwendet haben, an einem neuen Ort. Waren Sie das nicht? Beenden Sie diese Sitzung und ändern Sie Ihr Passwort.',
    },
    signed_out: { title: 'Abgemeldet' },
    session_revoked: { title: 'Sitzung beendet' },
    copied_session_refused: {
      title: 'Eine Kopie Ihrer Sitzung wurde abgewiesen',
      meaning:
        'Jemand hat eine Kopie Ihrer Cookies verwendet, aber ohne den Schlüssel, der Ihren Browser nie verlässt. Erreicht wurde damit nichts, und Ihre Sitzung geht weiter. Aber Cookies kopieren sich nicht von selbst: Prüfen Sie das Gerät auf unerwünschte Software, beenden Sie seine Sitzung und ändern Sie Ihr Passwort.',
    },
    token_reused: {
      title: 'Eine alte Kopie einer Sitzung wurde verwendet',
      meaning:
        'Entweder hat eine Ihrer Apps einen Fehler gemacht, oder jemand hat ihre Sitzung kopiert. Zu Ihrer Sicherheit haben wir diese Sitzung beendet. Wenn Sie es sich nicht erklären können, ändern Sie Ihr Passwort.',
    },
    answered_elsewhere: {
      title: 'Eine Sitzung wurde aus zwei Netzen zugleich verwendet',
      meaning:
        'Üblich bei einem Telefon, das zwischen WLAN und Mobilfunk wechselt. Wenn Sie an Ort und Stelle geblieben sind, beenden Sie diese Sitzung und ändern Sie Ihr Passwort.',
    },
    password_changed: {
      title: 'Passwort geändert',
      meaning: 'Alle anderen Sitzungen wurden beendet.',
    },
    password_reset: {
      title: 'Passwort per E-Mail zurückgesetzt',
      meaning: 'Alle Sitzungen wurden beendet. Wenn Sie das nicht waren, sichern Sie auch Ihr E-Mail-Konto.',
    },
    password_removed: {
      title: 'Passwort entfernt',
      meaning:
        'Sie melden sich nur noch mit Passkey an. Waren Sie das nicht? Fordern Sie per E-Mail einen Link an und wählen Sie ein neues Passwort.',
    },
    email_verified: { title: 'E-Mail-Adresse bestätigt' },
    email_changed: {
      title: 'E-Mail-Adresse geändert',
      meaning:
        'E-Mails zu Ihrem Konto gehen an die neue Adresse. Wenn Sie das nicht waren, ändern Sie Ihr Passwort.',
    },
    email_change_cancelled: {
      title: 'Änderung der E-Mail-Adresse abgebrochen',
      meaning: 'Die Links, die an die neue Adresse gesendet wurden, funktionieren nicht mehr.',
    },
    email_change_undone: {
      title: 'Änderung der E-Mail-Adresse rückgängig gemacht',
      meaning:
        'Über einen Link, der an Ihre alte Adresse ging, wurde diese wiederhergestellt. Alle Sitzungen wurden beendet und alle Passkeys entfernt.',
    },
    username_changed: { title: 'Benutzername geändert' },
    account_disabled: { title: 'Konto von einem Administrator gesperrt' },
    language_changed: { title: 'Sprache der E-Mails geändert' },
    account_enabled: { title: 'Konto wieder freigegeben' },
    roles_changed: { title: 'Ihre Rollen wurden geändert' },
    totp_enabled: {
      title: 'Authenticator-App eingerichtet',
      meaning:
        'Die Anmeldung fragt jetzt nach einem Code daraus. Waren Sie das nicht? Ändern Sie Ihr Passwort und beenden Sie diese Sitzung.',
    },
    totp_disabled: {
      title: 'Authenticator-App entfernt',
      meaning:
        'Zur Anmeldung genügt Ihr Passwort allein. Waren Sie das nicht? Ändern Sie Ihr Passwort und beenden Sie diese Sitzung.',
    },
    recovery_codes_renewed: {
      title: 'Neue Wiederherstellungscodes',
      meaning:
        'Die bisherigen gelten nicht mehr. Waren Sie das nicht? Ändern Sie Ihr Passwort und beenden Sie diese Sitzung.',
    },
    recovery_code_used: {
      title: 'Wiederherstellungscode verwendet',
      meaning:
        'Er gilt kein zweites Mal. Waren Sie das nicht? Ändern Sie Ihr Passwort und erstellen Sie neue Codes.',
    },
    recovery_codes_low: {
      title: 'Wiederherstellungscode verwendet, nur noch wenige übrig',
      meaning:
        'Erstellen Sie neue, bevor Sie sie brauchen. Waren Sie das nicht? Ändern Sie dann auch Ihr Passwort.',
    },
    factor_asked: {
      title: 'Richtiges Passwort, Code verlangt',
      meaning: 'Wenn keine Anmeldung folgt und Sie es nicht waren, kennt jemand Ihr Passwort: Ändern Sie es.',
    },
    factor_failed: {
      title: 'Richtiges Passwort, falscher Code',
      meaning:
        'Die Anmeldung ist nicht gelungen. Wenn Sie sich nicht vertippt haben, kennt jemand Ihr Passwort: Ändern Sie es.',
    },
    failed_factors: {
      title: 'Richtiges Passwort, viele falsche Codes',
      meaning:
        'Die Anmeldung ist nicht gelungen. Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Ändern Sie es jetzt.',
    },
    browser_trusted: {
      title: 'Browser gilt 30 Tage lang als vertrauenswürdig',
      meaning:
        'Dort ist bei der Anmeldung kein Code nötig. Waren Sie das nicht? Entfernen Sie ihn aus den bekannten Browsern und ändern Sie Ihr Passwort.',
    },
    browser_untrusted: {
      title: 'Browser gilt nicht mehr als vertrauenswürdig',
      meaning: 'Dort wird bei der Anmeldung wieder ein Code verlangt.',
    },
    factors_reset_requested: {
      title: 'Zweiter Faktor soll entfernt werden',
      meaning:
        'Jemand hat den Betreiber dieses Dienstes darum gebeten. Wenn Sie das nicht waren, melden Sie sich mit Ihrem zweiten Faktor an: Das verhindert es.',
    },
    factors_reset_cancelled: { title: 'Zweiter Faktor bleibt' },
    factors_reset: {
      title: 'Zweiter Faktor vom Betreiber entfernt',
      meaning:
        'Zur Anmeldung genügt Ihr Passwort allein. Wenn Sie nicht darum gebeten haben, ändern Sie Ihr Passwort.',
    },
    failed_sign_ins: {
      title: 'Viele fehlgeschlagene Anmeldungen',
      meaning:
        'Jemand hat bei Ihrem Konto falsche Passwörter ausprobiert. Die Anmeldung ist nicht gelungen. Wenn Ihr Passwort kurz ist oder auch anderswo gilt, ändern Sie es.',
    },
    passkey_added: {
      title: 'Passkey hinzugefügt',
      meaning:
        'Er öffnet Ihr Konto ohne Passwort. Waren Sie das nicht? Entfernen Sie ihn und ändern Sie Ihr Passwort.',
    },
    passkey_removed: {
      title: 'Passkey entfernt',
      meaning:
        'Er öffnet Ihr Konto nicht mehr. Waren Sie das nicht? Ändern Sie Ihr Passwort und beenden Sie Ihre anderen Sitzungen.',
    },
    passkey_refused: {
      title: 'Ein Passkey wurde abgewiesen',
      meaning:
        'Einer Ihrer Passkeys wurde zu spät, auf einer anderen Seite oder auf eine Weise verwendet, die wir nicht annehmen. Die Anmeldung ist nicht gelungen. Wenn Sie sich gerade nicht angemeldet haben, sehen Sie sich Ihre Passkeys an.',
    },
    passkey_counter_back: {
      title: 'Die Kopie eines Passkeys wurde abgewiesen',
      meaning:
        'Einer Ihrer Passkeys zählte weniger Anmeldungen als der, den wir kennen, so wie es eine Kopie tun würde. Die Anmeldung ist nicht gelungen. Entfernen Sie diesen Passkey und fügen Sie einen neuen hinzu.',
    },
  },
}
