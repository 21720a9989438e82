import styles from './answer-view.module.css'
import type { Answer } from './use-protected-call.ts'

export function AnswerView({ answer }: { answer: Answer | null }) {
  return (
    <div className={styles.answer}>
      <p role="status" className={styles.summary}>
        {answer ? <Summary answer={answer} /> : 'No call yet.'}
      </p>
      <pre className={styles.body}>
        <code>{answer ? JSON.stringify(answer.body, null, 2) : 'The answer will appear here.'}</code>
      </pre>
    </div>
  )
}

function Summary({ answer: { status, took } }: { answer: Answer }) {
  const isGood = status !== null && status < 400
  return (
    <>
      <span className={isGood ? styles.good : styles.bad}>
        {status === null ? 'No answer' : `${status} ${isGood ? 'OK' : 'refused'}`}
      </span>{' '}
      <span>after {Math.round(took)} ms</span>
    </>
  )
}
