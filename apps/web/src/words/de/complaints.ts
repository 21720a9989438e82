import type { Translation } from '../translation.ts'

export const complaints: Translation['complaints'] = {
  sentences: {
    username_missing: 'Wählen Sie einen Benutzernamen.',
    username_short: 'Der Benutzername muss mindestens {limit} Zeichen haben.',
    username_long: 'Der Benutzername darf höchstens {limit} Zeichen haben.',
    username_characters:
      'Erlaubt sind Buchstaben von A bis Z, Ziffern, Punkte, Binde- und Unterstriche. Das erste Zeichen muss ein Buchstabe oder eine Ziffer sein.',
    username_misleading:
      'Ein Benutzername darf nicht wie eine Internetadresse aussehen. Wählen Sie einen anderen.',
    username_reserved: 'Dieser Benutzername ist nicht frei verfügbar. Wählen Sie einen anderen.',

    email_missing: 'Geben Sie Ihre E-Mail-Adresse ein.',
    email_too_long: 'Das ist zu lang für eine E-Mail-Adresse.',
    email_malformed:
      'Das sieht nicht nach einer E-Mail-Adresse aus. Eine E-Mail-Adresse hat die Form ada@example.com.',
    email_domain_malformed: 'Der Teil nach dem @ ist kein gültiger Domainname, wie example.com einer ist.',
    email_domain_incomplete:
      'Die Domain nach dem @ ist nicht vollständig. Eine vollständige hat die Form example.com.',
    email_local_malformed:
      'Der Teil vor dem @ enthält etwas, das in keinem Postfachnamen vorkommt, zum Beispiel ein Leerzeichen oder zwei Punkte hintereinander.',
    email_local_long: 'Der Teil vor dem @ ist länger als {limit} Zeichen; so könnte keine E-Mail ankommen.',
    email_long: 'Die E-Mail-Adresse darf höchstens {limit} Zeichen haben.',
    email_confirmed: 'Die Adresse dieses Kontos ist bereits bestätigt. Melden Sie sich an, um sie zu ändern.',
    email_guarded:
      'Dieses Konto hat die Zwei-Schritt-Anmeldung. Melden Sie sich an, um die Adresse zu ändern.',

    identifier_missing: 'Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein.',
    identifier_too_long: 'Das ist zu lang für eine E-Mail-Adresse oder einen Benutzernamen.',

    password_missing: 'Geben Sie Ihr Passwort ein.',
    password_too_long: 'Dieses Passwort ist zu lang, um Ihres zu sein.',
    password_wrong: 'Das ist nicht das Passwort dieses Kontos.',
    current_password_wrong: 'Das ist nicht Ihr aktuelles Passwort.',
    new_password_missing: 'Wählen Sie ein Passwort.',
    new_password_short: 'Das Passwort muss mindestens {limit} Zeichen haben.',
    new_password_long: 'Das Passwort darf höchstens {limit} Zeichen haben.',
    new_password_repetitive:
      'Dieses Passwort wiederholt nur dieselben wenigen Zeichen. Wählen Sie ein anderes.',
    new_password_sequence:
      'Dieses Passwort ist eine einfache Folge wie 1234 oder qwertz. Wählen Sie ein anderes.',
    new_password_common:
      'Dieses Passwort gehört zu den ersten, die jeder ausprobieren würde. Wählen Sie ein anderes.',
    new_password_personal:
      'Dieses Passwort besteht fast nur aus Ihrem Namen oder Ihrer Adresse. Wählen Sie ein anderes.',
    new_password_service:
      'Dieses Passwort besteht fast nur aus dem Namen dieses Dienstes. Wählen Sie ein anderes.',
    new_password_breached:
      'Dieses Passwort ist durch ein Datenleck bekannt geworden und wird deshalb ausprobiert werden. Wählen Sie ein anderes, hier und überall, wo Sie es sonst verwenden.',

    code_missing: 'Geben Sie den Code ein.',
    code_too_long: 'Das ist zu lang für einen Code.',
    method_missing: 'Geben Sie an, um welche Art von Code es sich handelt.',
    ticket_missing: 'Das Ticket der Anmeldung fehlt.',
    ticket_malformed: 'Dieses Ticket stammt nicht von uns.',
    browser_untrustable: 'Nur einem Browser, der Cookies und Schlüssel aufbewahrt, kann vertraut werden.',
    link_incomplete: 'Der Link ist nicht vollständig.',
    link_malformed: 'Dieser Link stammt nicht von uns.',

    name_missing: 'Wählen Sie einen Namen.',
    name_long: 'Der Name darf höchstens {limit} Zeichen haben.',
    base64url_malformed: 'Das ist nicht in base64url geschrieben.',

    language_unknown: 'Diese Sprache gibt es hier nicht.',

    refresh_token_type: 'refreshToken muss eine Zeichenkette sein.',
    refresh_token_empty: 'refreshToken ist leer.',
    refresh_token_too_long: 'refreshToken ist zu lang.',

    roles_missing: 'Jeder Benutzer braucht mindestens eine Rolle.',
    search_too_long: 'Das ist zu lang für einen Namen oder eine Adresse.',
    search_characters: 'Ein solches Zeichen kommt in keinem Namen und in keiner Adresse vor.',
    place_unknown: 'Diese Stelle gibt es in der Liste nicht.',

    number_missing: 'Geben Sie eine Zahl ein.',
    number_malformed: 'Das ist keine Zahl. Eine sieht so aus: 12 oder 12.5.',
    number_whole: 'Geben Sie eine ganze Zahl ein.',
    number_small: 'Die Zahl muss mindestens {limit} sein.',
    number_large: 'Die Zahl darf höchstens {limit} sein.',
    date_missing: 'Geben Sie ein Datum ein.',
    date_malformed: 'Das ist kein Datum. Eines sieht so aus: 2026-03-14.',
    checkbox_malformed: 'Das ist angekreuzt oder nicht.',

    body_malformed: 'Senden Sie ein JSON-Objekt.',
    field_unknown: 'Dieses Feld ist hier nicht bekannt.',
    value_malformed: 'Diese Angabe passt hier nicht.',
  },
}
