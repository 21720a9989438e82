import type { SessionState } from '@latchkey/auth-client'
import { lazyPage } from './lazy-page.ts'
import { pages } from './pages.ts'
import { canonicalPath, paths } from './paths.ts'

/** The router, with what it shows: all pages but those of the entrance. */
export const routed = lazyPage(() => import('./routed-pages.tsx'))

const signedInPages = new Map([
  [paths.dashboard as string, pages.dashboard],
  [paths.protocol, pages.protocol],
  [paths.sessions, pages.sessions],
  [paths.activity, pages.activity],
  [paths.account, pages.account],
  [paths.password, pages.password],
  [paths.admin, pages.admin],
])

/** For certain. That there are others, only the router knows. */
export const isSignedInPage = (pathname: string) => signedInPages.has(canonicalPath(pathname))

/** `address`: with or without its query. */
export function preloadSignedIn(address: string) {
  const [pathname = ''] = address.split(/[?#]/)
  routed.preload()
  pages.signedInArea.preload()
  const page = signedInPages.get(canonicalPath(pathname)) ?? pages.dashboard
  page.preload()
}

const openPages = new Map([
  [paths.forgotPassword as string, pages.forgotPassword],
  [paths.resetPassword, pages.resetPassword],
  [paths.verifyEmail, pages.verifyEmail],
  [paths.confirmEmail, pages.confirmEmail],
  [paths.undoEmail, pages.undoEmail],
])

export function preloadFor(session: SessionState, pathname: string) {
  const path = canonicalPath(pathname)
  const open = openPages.get(path)
  if (open) {
    routed.preload()
    return open.preload()
  }
  if (session.status !== 'signedOut') return preloadSignedIn(pathname)
  if (path === paths.register) return pages.register.preload()
  pages.login.preload()
}
