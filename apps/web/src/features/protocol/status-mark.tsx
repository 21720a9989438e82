import { words } from '../../words/en/protocol.ts'
import styles from './status-mark.module.css'

const pictures = {
  good: 'M3 8.5 6.5 12 13 4.5',
  refused: 'M4 4l8 8M12 4l-8 8',
  lost: 'M2 8h3.5M10.5 8H14M7 4.5l2 7',
}

/** How a request ended: a picture, a number, and a colour last. Null: no answer came. */
export function StatusMark({ status }: { status: number | null }) {
  const kind = status === null ? 'lost' : status < 400 ? 'good' : 'refused'
  return (
    <span className={styles.mark} data-kind={kind}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={pictures[kind]} />
      </svg>
      {status ?? words.answerLost}
    </span>
  )
}
