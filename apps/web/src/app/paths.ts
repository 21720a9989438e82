/** The addresses of the application's own pages. */
export const paths = {
  home: '/',
  login: '/login',
  register: '/register',
  dashboard: '/dashboard',
  sessions: '/sessions',
  activity: '/activity',
  password: '/account/password',
} as const
