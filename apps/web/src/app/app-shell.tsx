import { type ReactNode, useState } from 'react'
import { Link, NavLink } from 'react-router-dom'
import { Note } from '../components/alert.tsx'
import { Button } from '../components/button.tsx'
import { Logo } from '../components/logo.tsx'
import { SkipLink } from '../components/skip-link.tsx'
import styles from './app-shell.module.css'
import { useAuthClient } from './auth-context.ts'
import { paths } from './paths.ts'
import { isAdmin, useSignedIn } from './signed-in-context.ts'

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
  const { user, isKept } = session
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
          <div className={styles.account}>
            <span className={styles.username} title={user.email}>
              {user.username}
            </span>
            <SignOutButton />
          </div>
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
      </main>
    </>
  )
}

function SignOutButton() {
  const client = useAuthClient()
  const [isLeaving, setIsLeaving] = useState(false)

  function signOut() {
    setIsLeaving(true)
    void client.logout()
  }

  return (
    <Button variant="quiet" isBusy={isLeaving} onClick={signOut}>
      Sign out
    </Button>
  )
}
