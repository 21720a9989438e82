import type { ComponentType } from 'react'
import LoginPage from '../features/auth/login-page.tsx'
import { type LazyPage, lazyPage } from './lazy-page.ts'

const account = () => import('../features/account/pages.ts')
const admin = () => import('../features/admin/pages.ts')
const recovery = () => import('../features/recovery/pages.ts')

/**
 * Each page or small group of pages is a separate download. React Query and the frame come with `signedInArea`. Sign-in comes
 * with the entrance: most visitors who have not been here lately want it, and apart it weighs 4 kB more.
 */
export const pages = {
  login: atHand(LoginPage),
  register: lazyPage(() => import('../features/auth/register-page.tsx')),
  forgotPassword: lazyPage(async () => ({ default: (await recovery()).ForgotPasswordPage })),
  resetPassword: lazyPage(async () => ({ default: (await recovery()).ResetPasswordPage })),
  verifyEmail: lazyPage(async () => ({ default: (await recovery()).VerifyEmailPage })),
  confirmEmail: lazyPage(async () => ({ default: (await recovery()).ConfirmEmailPage })),
  undoEmail: lazyPage(async () => ({ default: (await recovery()).UndoEmailPage })),
  signedInArea: lazyPage(() => import('./signed-in-area.tsx')),
  dashboard: lazyPage(() => import('../features/dashboard/dashboard-page.tsx')),
  // In two steps: the entrance carries the list of what each page here needs, and knows this one by a single name.
  protocol: lazyPage(async () => (await import('../features/protocol/page.ts')).load()),
  sessions: lazyPage(() => import('../features/sessions/sessions-page.tsx')),
  activity: lazyPage(() => import('../features/activity/activity-page.tsx')),
  account: lazyPage(async () => ({ default: (await account()).AccountPage })),
  password: lazyPage(async () => ({ default: (await account()).PasswordPage })),
  admin: lazyPage(async () => ({ default: (await admin()).UsersPage })),
  adminUser: lazyPage(async () => ({ default: (await admin()).UserPage })),
  notFound: lazyPage(() => import('../features/not-found/not-found-page.tsx')),
}

function atHand(Page: ComponentType): LazyPage {
  return { Page, preload: () => undefined, isReady: () => true }
}

/** Whoever pays for each byte downloads what they open, and no more. */
export const savesData = () =>
  (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true

/** The pages next door, one after the other, while nothing else is going on. The returned function ends it. */
export function preloadWhenIdle(isAdmin: boolean): () => void {
  if (savesData()) return () => undefined
  const { dashboard, sessions, activity, account, admin } = pages
  const waiting = [dashboard, sessions, activity, account, ...(isAdmin ? [admin] : [])]
  let timer = setTimeout(next, settlingMs)

  function next() {
    waiting.shift()?.preload()
    if (waiting.length > 0) timer = setTimeout(whenIdle, betweenMs)
  }

  // Safari does not say when it is idle.
  const whenIdle = () => ('requestIdleCallback' in window ? requestIdleCallback(next) : next())

  return () => {
    waiting.length = 0
    clearTimeout(timer)
  }
}

/** The page that was asked for comes first. */
const settlingMs = 1500
const betweenMs = 200
