/** The addresses of the application's own pages. */
export const paths = {
  home: '/',
  login: '/login',
  register: '/register',
  forgotPassword: '/forgot-password',
  resetPassword: '/reset-password',
  verifyEmail: '/verify-email',
  confirmEmail: '/confirm-email',
  undoEmail: '/undo-email',
  dashboard: '/dashboard',
  protocol: '/dashboard/protocol',
  sessions: '/sessions',
  activity: '/activity',
  account: '/account',
  password: '/account/password',
  admin: '/admin',
  adminUser: '/admin/users/:id',
} as const
