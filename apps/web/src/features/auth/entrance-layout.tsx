import { type ReactNode, useEffect } from 'react'
import { BrandLinks } from '../../components/brand-links.tsx'
import { Logo } from '../../components/logo.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { words } from '../../words/en/entrance.ts'
import styles from './entrance-layout.module.css'
import { LanguageSwitch } from './language-switch.tsx'
import { RotationRings } from './rotation-rings.tsx'
import { takeOver } from './take-over.ts'

interface EntranceLayoutProps {
  title: string
  lead: ReactNode
  children: ReactNode
}

/** The layout of the pages before the sign-in: a form, and on wide screens a few words about the product. */
export function EntranceLayout({ title, lead, children }: EntranceLayoutProps) {
  useEffect(takeOver, [])

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
        </div>
        <div className={styles.foot}>
          <LanguageSwitch />
          <BrandLinks />
        </div>
      </main>
      <aside className={styles.aside} aria-label={words.about}>
        <div className={styles.scene}>
          <RotationRings />
          <div className={styles.pitch}>
            <p className={styles.motto}>{words.motto}</p>
            <ul className={styles.facts}>
              <li>{words.shortTokens}</li>
              <li>{words.noKeyTwice}</li>
              <li>{words.ownServer}</li>
            </ul>
          </div>
        </div>
      </aside>
    </div>
  )
}
