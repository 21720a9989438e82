import type { SpecialRole } from '@latchkey/contracts'

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

/** As an address is compared: the router of the pages heeds neither case nor slashes at the end. */
export const canonicalPath = (pathname: string): string =>
  pathname.replace(/\/+$/, '').toLowerCase() || paths.home

/**
 * Pages for people with a role, with all pages below them. For anybody else they do not exist, in the navigation either. What
 * they show is guarded by the contracts that it comes from.
 */
export const rolesOfPaths = { [paths.admin]: 'admin' } satisfies Record<string, SpecialRole>
