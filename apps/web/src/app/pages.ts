import type { SessionState } from '@latchkey/auth-client'
import { lazyPage } from './lazy-page.ts'
import { paths } from './paths.ts'

/** Each page is a download of its own. React Query and all that needs a session come with `signedInArea`. */
export const pages = {
  login: lazyPage(() => import('../features/auth/login-page.tsx')),
  register: lazyPage(() => import('../features/auth/register-page.tsx')),
  signedInArea: lazyPage(() => import('./signed-in-area.tsx')),
  dashboard: lazyPage(() => import('../features/dashboard/dashboard-page.tsx')),
  notFound: lazyPage(() => import('../features/not-found/not-found-page.tsx')),
}

export function preloadSignedIn() {
  pages.signedInArea.preload()
  pages.dashboard.preload()
}

export function preloadFor(session: SessionState, pathname: string) {
  if (session.status !== 'signedOut') return preloadSignedIn()
  if (pathname === paths.register) return pages.register.preload()
  pages.login.preload()
}
