import { footerLinks } from '@latchkey/brand'
import { words } from '../words/en/common.ts'
import styles from './brand-links.module.css'

/** Help, privacy, imprint: those that the brand has. */
export function BrandLinks() {
  const links = footerLinks()
  if (links.length === 0) return null
  return (
    <footer className={styles.links}>
      {links.map(({ which, href }) => (
        <a key={href} href={href}>
          {words.links[which]}
        </a>
      ))}
    </footer>
  )
}
