import type { ReactNode } from 'react'
import { Link, NavLink } from 'react-router-dom'
import { Note } from '../components/alert.tsx'
import { BrandLinks } from '../components/brand-links.tsx'
import { Logo } from '../components/logo.tsx'
import { SkipLink } from '../components/skip-link.tsx'
import styles from './app-shell.module.css'
import { paths } from './paths.ts'
import { isAdmin, useSignedIn } from './signed-in-context.ts'
import { UserMenu } from './user-menu.tsx'

const destinations = [
  { path: paths.dashboard, name: 'Dashboard' },
  { path: paths.sessions, name: 'Sessions' },
  { path: paths.activity, name: 'Activity' },
  { path: paths.account, name: 'Account' },
]
const forAdmins = { path: paths.admin, name: 'Users' }

/** The frame around every page for people who are signed in. */
export function AppShell({ children }: { children: ReactNode }) {
  const session = useSignedIn()
  const { isKept } = session
  const shown = isAdmin(session) ? [...destinations, forAdmins] : destinations
  return (
    <>
      <SkipLink />
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to={paths.dashboard} className={styles.home}>
            <Logo />
          </Link>
          <nav className={styles.nav} aria-label="Main">
            <ul>
              {shown.map(({ path, name }) => (
                <li key={path}>
                  <NavLink to={path} className={styles.destination ?? ''}>
                    {name}
                  </NavLink>
                </li>
              ))}
            </ul>
          </nav>
          <UserMenu />
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <div className={styles.notice}>
          <Note>
            {!isKept &&
              'Your browser blocks cookies here, so you will be signed out soon, at the latest when you reload or close this page. Allow cookies for this site, then sign in again.'}
          </Note>
        </div>
        {children}
        <BrandLinks />
      </main>
    </>
  )
}
