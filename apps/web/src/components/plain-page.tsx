import type { ReactNode } from 'react'
import { Logo } from './logo.tsx'
import { PageTitle } from './page-title.tsx'
import styles from './plain-page.module.css'

/** One message and one way on, for pages that belong to no area. Works outside a router. */
export function PlainPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.page}>
      <Logo />
      <PageTitle>{title}</PageTitle>
      {children}
    </main>
  )
}
