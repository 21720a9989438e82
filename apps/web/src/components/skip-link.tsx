import { words } from '../words/en/common-inside.ts'
import styles from './skip-link.module.css'

export function SkipLink() {
  return (
    <a className={styles.link} href="#main">
      {words.skipToContent}
    </a>
  )
}
