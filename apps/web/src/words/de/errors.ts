import type { Translation } from '../translation.ts'

const notUnderstood =
  'Der Server hat diese Seite nicht verstanden. Laden Sie sie neu und versuchen Sie es noch einmal.'
const otherSite = 'Das kam von einer anderen Website und wurde deshalb abgelehnt.'
const sessionOver = 'Ihre Sitzung ist nicht mehr gültig. Melden Sie sich an, um fortzufahren.'
const busy = 'Der Server ist überlastet oder startet gerade neu. Bitte versuchen Sie es gleich noch einmal.'
const wentWrong = 'Auf dem Server ist etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.'

export const errors: Translation['errors'] = {
  byCode: {
    timeout: 'Der Server hat zu lange nicht geantwortet. Bitte versuchen Sie es noch einmal.',
    origin_refused: otherSite,
    unexpected_answer: wentWrong,
    signed_out: 'Sie wurden abgemeldet. Melden Sie sich an, um fortzufahren.',
    request_not_repeatable: 'Das wurde nicht gesendet. Bitte versuchen Sie es noch einmal.',
    passkey_cancelled:
      'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal oder verwenden Sie Ihr Passwort.',
    passkey_exists: 'Auf diesem Gerät gibt es bereits einen Passkey für Ihr Konto.',
    passkey_unsupported:
      'Auf diesem Gerät oder in diesem Browser funktioniert hier kein Passkey. Wählen Sie einen anderen Weg.',
    passkey_failed:
      'Der Passkey konnte nicht verwendet werden. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.',

    validation_failed: 'Einige Ihrer Angaben stimmen nicht. Prüfen Sie jedes Feld.',
    malformed_json: notUnderstood,
    payload_too_large: 'Das ist zu lang. Kürzen Sie es und versuchen Sie es noch einmal.',
    unsupported_media_type: notUnderstood,
    unsupported_encoding: notUnderstood,
    headers_too_large:
      'Ihr Browser sendet mehr Cookies, als der Server annimmt. Löschen Sie die Cookies dieser Website und versuchen Sie es noch einmal.',
    bad_request: notUnderstood,
    not_found: 'Das gibt es nicht mehr. Laden Sie die Seite neu.',
    method_not_allowed: notUnderstood,
    cross_site_request: otherSite,
    cross_site_page: otherSite,
    forbidden: 'Das dürfen Sie nicht mehr. Laden Sie die Seite neu, um zu sehen, was Sie tun können.',
    rate_limited: 'Zu viele Versuche. Bitte warten Sie ein wenig, bevor Sie es noch einmal versuchen.',
    email_taken: 'Es gibt bereits ein Konto mit dieser E-Mail-Adresse.',
    username_taken: 'Dieser Benutzername ist vergeben. Wählen Sie einen anderen.',
    invalid_credentials:
      'E-Mail-Adresse oder Benutzername und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.',
    email_not_verified:
      'Bestätigen Sie zuerst Ihre E-Mail-Adresse: Öffnen Sie den Link in der E-Mail, die wir Ihnen gesendet haben.',
    account_disabled:
      'Dieses Konto wurde von einem Administrator gesperrt. Fragen Sie dort nach, wenn Sie den Grund nicht kennen.',
    password_required: 'Geben Sie das Passwort dieses Kontos ein, um die Adresse zu bestätigen.',
    passkey_invalid:
      'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.',
    passkey_challenge_invalid:
      'Das hat zu lange gedauert, wurde schon verwendet oder in einem anderen Browser begonnen. Bitte versuchen Sie es noch einmal.',
    passkey_unknown:
      'Zu diesem Passkey gibt es hier kein Konto. Vielleicht wurde er entfernt. Melden Sie sich auf einem anderen Weg an.',
    passkey_taken: 'Dieser Passkey ist bereits registriert.',
    too_many_passkeys:
      'Sie haben so viele Passkeys, wie ein Konto haben kann. Entfernen Sie einen, den Sie nicht mehr verwenden.',
    passkeys_unavailable:
      'Unter dieser Adresse funktionieren Passkeys nicht. Öffnen Sie die Seite unter ihrem üblichen Namen, auf dem eigenen Rechner unter localhost.',
    last_way_in:
      'Das ist der einzige Weg, sich bei Ihrem Konto anzumelden. Fügen Sie zuerst einen anderen hinzu.',
    token_invalid:
      'Dieser Link ist ungültig oder gehört nicht mehr zu diesem Konto. Fordern Sie einen neuen an.',
    token_expired: 'Dieser Link ist abgelaufen. Fordern Sie einen neuen an.',
    token_used: 'Dieser Link wurde bereits verwendet.',
    access_token_missing: sessionOver,
    access_token_invalid: sessionOver,
    access_token_expired: sessionOver,
    access_token_revoked: sessionOver,
    step_up_required:
      'Es hat sich nichts geändert. Versuchen Sie es noch einmal und bestätigen Sie, dass Sie es sind.',
    factor_invalid: 'Dieser Code stimmt nicht oder wurde schon verwendet. Geben Sie den neuesten ein.',
    factor_required: 'Dafür braucht dieses Konto die Zwei-Schritt-Anmeldung.',
    ticket_expired:
      'Diese Anmeldung hat zu lange gedauert, oder es hat sich inzwischen etwas geändert. Beginnen Sie noch einmal.',
    refresh_token_missing: sessionOver,
    refresh_token_invalid: sessionOver,
    refresh_token_expired: sessionOver,
    refresh_token_revoked: sessionOver,
    refresh_token_reused: sessionOver,
    refresh_token_locked: sessionOver,
    refresh_token_key_lost: sessionOver,
    refresh_token_forwarded: sessionOver,
    session_moved: sessionOver,
    refresh_lock_malformed: notUnderstood,
    database_unavailable: busy,
    overloaded: busy,
    shutting_down: busy,
    internal_error: wentWrong,
  },
  answerFromElsewhere:
    'Diese Antwort kam nicht von unserem Server. Wenn Sie sich in diesem Netzwerk erst anmelden müssen, tun Sie das zuerst. Laden Sie sonst die Seite neu.',
}
