import { brand, type Logo as Drawing } from '@latchkey/brand'
import styles from './logo.module.css'

const { size, plateRadius, paths }: Drawing = brand.logo

export function LogoMark() {
  return (
    <svg className={styles.mark} viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
      <rect className={styles.plate} width={size} height={size} rx={plateRadius} />
      {paths.map(({ d, stroke }) => (
        <path key={d} d={d} className={stroke ? styles.line : styles.area} strokeWidth={stroke} />
      ))}
    </svg>
  )
}

export function Logo() {
  return (
    <span className={styles.logo}>
      <LogoMark />
      {brand.name}
    </span>
  )
}
