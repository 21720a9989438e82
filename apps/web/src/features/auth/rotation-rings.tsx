import styles from './rotation-rings.module.css'

const generations = [
  { radius: 64, dash: '26 8', turn: 10 },
  { radius: 98, dash: '58 10', turn: 130 },
  { radius: 132, dash: '34 6 92 10', turn: 250 },
  { radius: 166, dash: '150 14', turn: 60 },
  { radius: 200, dash: '70 8 18 8', turn: 200 },
]

/** The product's picture: a key, and the rotations around it. */
export function RotationRings() {
  return (
    <svg className={styles.rings} viewBox="0 0 440 440" aria-hidden="true">
      {generations.map(({ radius, dash, turn }) => (
        <circle
          key={radius}
          cx="220"
          cy="220"
          r={radius}
          strokeDasharray={dash}
          transform={`rotate(${turn} 220 220)`}
        />
      ))}
      <g className={styles.key} transform="translate(176 172) scale(3)">
        <circle cx="12.5" cy="10.5" r="4" />
        <path d="M12.5 14.5V25H21.5M17.5 25V21.5M21.5 25V21" />
      </g>
    </svg>
  )
}
