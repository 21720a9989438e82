/** What the client calls itself, past every interceptor: a 401 here is an answer, not a reason to refresh. */
export const ownPaths = {
  register: '/register',
  login: '/login',
  loginFactor: '/login/factor',
  passkeyFactorOptions: '/login/factor/passkey/options',
  passkeyFactor: '/login/factor/passkey',
  enrol: '/login/enrol',
  confirmEnrol: '/login/enrol/confirm',
  passkeySignInOptions: '/login/passkey/options',
  passkeySignIn: '/login/passkey',
  refresh: '/refresh-token',
  token: '/token',
  logout: '/logout',
} as const
