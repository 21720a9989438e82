import { type ReactNode, useId } from 'react'
import styles from './card.module.css'

interface CardProps {
  title: string
  /** danger: what stands in it cannot be undone. */
  tone?: 'plain' | 'danger'
  /** Stands at the end of the title's line. */
  action?: ReactNode
  children: ReactNode
}

export function Card({ title, tone = 'plain', action, children }: CardProps) {
  const titleId = useId()
  return (
    <section className={styles.card} data-tone={tone} aria-labelledby={titleId}>
      <div className={styles.head}>
        <h2 id={titleId}>{title}</h2>
        {action}
      </div>
      {children}
    </section>
  )
}
