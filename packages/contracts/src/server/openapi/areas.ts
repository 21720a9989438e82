const signIn = 'Signing in'
const sessions = 'Sessions'
const account = 'The account'
const mail = 'Links in mails'
const trail = 'Browsers and activity'

/** Under which heading an operation stands, by the first part of its path. */
const areas: Record<string, string> = {
  register: signIn,
  login: signIn,
  'password-policy': signIn,
  reauthenticate: signIn,
  'refresh-token': sessions,
  token: sessions,
  logout: sessions,
  'logout-everywhere': sessions,
  sessions,
  me: account,
  password: account,
  'change-password': account,
  'change-email': account,
  protected: account,
  'verify-email': mail,
  'disown-email': mail,
  'correct-email': mail,
  'resend-verification': mail,
  'forgot-password': mail,
  'reset-password': mail,
  'confirm-email': mail,
  'undo-email': mail,
  factors: 'The second factor',
  passkeys: 'Passkeys',
  devices: trail,
  activity: trail,
  admin: 'Administration',
  health: 'Health',
  demo: 'Development',
}

/** A path that is not listed, such as one of your own, is called after its first part: `Invoices`. */
export function areaOf(path: string): string {
  const [, part = ''] = path.split('/')
  return areas[part] ?? part.charAt(0).toUpperCase() + part.slice(1)
}
