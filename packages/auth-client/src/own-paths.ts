/** The client's own calls. They take part in no interceptor: a 401 here is an answer, not a reason to refresh. */
export const ownPaths = {
  register: '/register',
  login: '/login',
  refresh: '/refresh-token',
  token: '/token',
  logout: '/logout',
} as const
