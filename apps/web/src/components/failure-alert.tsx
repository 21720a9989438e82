import type { AuthError } from '@latchkey/auth-client'
import { useEffect, useState } from 'react'
import { words } from '../words/en/frame.ts'
import { wholeLanguage } from '../words/language.ts'
import { Alert } from './alert.tsx'
import type { failureSentence } from './failure-sentence.ts'
import { RetryCountdown } from './retry-countdown.tsx'

let sentenceOf: typeof failureSentence | null = null

/** With the words of the language that is spoken: a failure is not told in English first. */
async function load() {
  if (sentenceOf) return
  const [module] = await Promise.all([import('./failure-sentence.ts'), wholeLanguage()])
  sentenceOf = module.failureSentence
}

/** What went wrong. Until the sentences are there, in the words that the error came with. */
export function FailureAlert({ failure }: { failure: AuthError | null }) {
  const [, setIsTold] = useState(sentenceOf !== null)

  useEffect(() => {
    // If this fails, the next failure asks again.
    load().then(
      () => failure && setIsTold(true),
      () => undefined,
    )
  }, [failure])

  return (
    <Alert>
      {failure &&
        (failure.code === 'rate_limited' && failure.retryAfterSeconds ? (
          <RetryCountdown seconds={failure.retryAfterSeconds} />
        ) : (
          <p>{inWords(failure)}</p>
        ))}
    </Alert>
  )
}

function inWords(failure: AuthError): string {
  switch (failure.code) {
    // What keeps the others from being loaded.
    case 'network_error':
      return words.unreachable
    case 'code_missing':
      return words.replaced
    default:
      return sentenceOf?.(failure) ?? failure.message
  }
}
