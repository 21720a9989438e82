import type { ReactNode } from 'react'
import { BrandLinks } from './brand-links.tsx'
import { Logo } from './logo.tsx'
import { PageTitle } from './page-title.tsx'
import styles from './plain-page.module.css'

/** A page with one message and one thing to do next. Works outside a router. */
export function PlainPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.page}>
      <Logo />
      <PageTitle>{title}</PageTitle>
      {children}
      <BrandLinks />
    </main>
  )
}
