import { catalogue } from '../catalogue.ts'

export const words = catalogue('shell', {
  mainNavigation: 'Main',
  pages: {
    dashboard: 'Dashboard',
    sessions: 'Sessions',
    activity: 'Activity',
    account: 'Account',
    admin: 'Users',
  },
  cookiesBlocked:
    'Your browser blocks cookies here, so you will be signed out soon, at the latest when you reload or close this page. Allow cookies for this site, then sign in again.',
})
