import { words } from '../../words/en/dashboard.ts'
import { formatNumber } from '../../words/formats.ts'
import styles from './answer-view.module.css'
import type { Answer } from './use-protected-call.ts'

export function AnswerView({ answer }: { answer: Answer | null }) {
  return (
    <div className={styles.answer}>
      <p role="status" className={styles.summary}>
        {answer ? <Summary answer={answer} /> : words.noCallYet}
      </p>
      <pre className={styles.body}>
        <code>{answer ? JSON.stringify(answer.body, null, 2) : words.answerAppearsHere}</code>
      </pre>
    </div>
  )
}

function Summary({ answer: { status, took } }: { answer: Answer }) {
  const isGood = status !== null && status < 400
  return (
    <>
      <span className={isGood ? styles.good : styles.bad}>
        {status === null ? words.noAnswer : isGood ? words.answered(status) : words.refused(status)}
      </span>{' '}
      <span>{words.afterMs(formatNumber(Math.round(took)))}</span>
    </>
  )
}
