import type { AuthError } from '@latchkey/auth-client'
import { words } from '../words/en/errors.ts'

// Loaded after a form is shown, like the checks of forms: most of these sentences nobody ever reads.

/** What happened and what to do, in plain words. Of a code that only a newer server knows, what that server says of it. */
export function failureSentence({ code, status, message }: AuthError): string {
  const isFromElsewhere = code === 'unexpected_answer' && status !== null && status < 300
  return isFromElsewhere
    ? words.answerFromElsewhere
    : (words.byCode[code as keyof typeof words.byCode] ?? message)
}
