import { footerLinks } from '@latchkey/brand'
import styles from './brand-links.module.css'

/** Help, privacy, imprint: those that the brand has. */
export function BrandLinks() {
  const links = footerLinks()
  if (links.length === 0) return null
  return (
    <footer className={styles.links}>
      {links.map(({ text, href }) => (
        <a key={href} href={href}>
          {text}
        </a>
      ))}
    </footer>
  )
}
