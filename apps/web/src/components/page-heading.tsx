import type { ReactNode } from 'react'
import styles from './page-heading.module.css'
import { PageTitle } from './page-title.tsx'

export function PageHeading({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.heading}>
      <PageTitle>{title}</PageTitle>
      <p>{children}</p>
    </div>
  )
}
