import { brand } from '@latchkey/brand'
import type { ReactNode } from 'react'
import { BrandLinks } from '../../components/brand-links.tsx'
import { Logo } from '../../components/logo.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import styles from './entrance-layout.module.css'
import { RotationRings } from './rotation-rings.tsx'

interface EntranceLayoutProps {
  title: string
  lead: ReactNode
  children: ReactNode
}

/** The layout of the pages before the sign-in: a form, and on wide screens a few words about the product. */
export function EntranceLayout({ title, lead, children }: EntranceLayoutProps) {
  return (
    <div className={styles.split}>
      <main className={styles.form} id="main">
        <div className={styles.column}>
          <Logo />
          <div className={styles.heading}>
            <PageTitle>{title}</PageTitle>
            <p className={styles.lead}>{lead}</p>
          </div>
          {children}
          <BrandLinks />
        </div>
      </main>
      <aside className={styles.aside} aria-label={`About ${brand.name}`}>
        <div className={styles.scene}>
          <RotationRings />
          <div className={styles.pitch}>
            <p className={styles.motto}>The door opens for you, and locks behind you.</p>
            <ul className={styles.facts}>
              <li>Access tokens last minutes and stay in memory.</li>
              <li>Your session renews itself, and no key is used twice.</li>
              <li>It runs on your own server.</li>
            </ul>
          </div>
        </div>
      </aside>
    </div>
  )
}
