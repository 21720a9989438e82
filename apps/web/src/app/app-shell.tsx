import type { ReactNode } from 'react'
import { Link, NavLink } from 'react-router-dom'
import { Note } from '../components/alert.tsx'
import { BrandLinks } from '../components/brand-links.tsx'
import { Logo } from '../components/logo.tsx'
import { SkipLink } from '../components/skip-link.tsx'
import { words } from '../words/en/shell.ts'
import styles from './app-shell.module.css'
import { paths } from './paths.ts'
import { maySee, useSignedIn } from './signed-in-context.ts'
import { UserMenu } from './user-menu.tsx'

const destinations = ['dashboard', 'sessions', 'activity', 'account', 'admin'] as const

/** The frame around every page for people who are signed in. */
export function AppShell({ children }: { children: ReactNode }) {
  const session = useSignedIn()
  const { isKept } = session
  const shown = destinations.filter((page) => maySee(session, paths[page]))
  return (
    <>
      <SkipLink />
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to={paths.dashboard} className={styles.home}>
            <Logo />
          </Link>
          <nav className={styles.nav} aria-label={words.mainNavigation}>
            <ul>
              {shown.map((page) => (
                <li key={page}>
                  <NavLink to={paths[page]} className={styles.destination ?? ''}>
                    {words.pages[page]}
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
          <Note>{!isKept && words.cookiesBlocked}</Note>
        </div>
        {children}
        <BrandLinks />
      </main>
    </>
  )
}
