/** What the client calls itself, past every interceptor: a 401 here is an answer, not a reason to refresh. */
export const ownPaths = {
  register: '/register',
  login: '/login',
  passkeySignInOptions: '/login/passkey/options',
  passkeySignIn: '/login/passkey',
  refresh: '/refresh-token',
  token: '/token',
  logout: '/logout',
} as const
