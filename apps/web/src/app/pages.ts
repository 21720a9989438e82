import type { SessionState } from '@latchkey/auth-client'
import { lazyPage } from './lazy-page.ts'
import { paths } from './paths.ts'

/** Each page is a download of its own. React Query and all that needs a session come with `signedInArea`. */
export const pages = {
  login: lazyPage(() => import('../features/auth/login-page.tsx')),
  register: lazyPage(() => import('../features/auth/register-page.tsx')),
  signedInArea: lazyPage(() => import('./signed-in-area.tsx')),
  dashboard: lazyPage(() => import('../features/dashboard/dashboard-page.tsx')),
  sessions: lazyPage(() => import('../features/sessions/sessions-page.tsx')),
  activity: lazyPage(() => import('../features/activity/activity-page.tsx')),
  password: lazyPage(() => import('../features/account/password-page.tsx')),
  notFound: lazyPage(() => import('../features/not-found/not-found-page.tsx')),
}

const signedInPages = new Map([
  [paths.sessions as string, pages.sessions],
  [paths.activity, pages.activity],
  [paths.password, pages.password],
])

export function preloadSignedIn(pathname: string) {
  pages.signedInArea.preload()
  const page = signedInPages.get(pathname) ?? pages.dashboard
  page.preload()
}

export function preloadFor(session: SessionState, pathname: string) {
  if (session.status !== 'signedOut') return preloadSignedIn(pathname)
  if (pathname === paths.register) return pages.register.preload()
  pages.login.preload()
}
