import type { Translation } from '../translation.ts'

export const register: Translation['register'] = {
  createYourAccount: 'Konto anlegen',
  takesAMinute: 'Das dauert nur eine Minute.',
  username: 'Benutzername',
  isItYours: 'Ist es Ihres?',
  signInWithAddress: 'Mit dieser Adresse anmelden',
  create: 'Konto anlegen',
  creating: 'Ihr Konto wird angelegt …',
  haveAccount: 'Haben Sie schon ein Konto?',
  checkEmail: 'Sehen Sie in Ihrem Postfach nach',
  created: (email) =>
    `Ihr Konto wurde angelegt. Bestätigen Sie Ihre Adresse mit dem Link, den wir an ${email} gesendet haben, und melden Sie sich dann an.`,
  alreadyConfirmed: 'Schon bestätigt?',
}
