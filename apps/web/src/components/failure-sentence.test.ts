import { AuthError } from '@latchkey/auth-client'
import { expect, it } from 'vitest'
import { failureSentence } from './failure-sentence.ts'

it('a failure is told in the page’s own words, and not in those of the server', () => {
  const sentence = failureSentence(new AuthError('malformed_json', 'The body is not valid JSON.'))
  expect(sentence).toBe('The server did not understand this page. Reload it and try again.')
})

it('an answer from elsewhere is told from one of a server in trouble', () => {
  const failed = (status: number) => failureSentence(new AuthError('unexpected_answer', '', { status }))
  expect(failed(200)).toMatch(/did not come from our server/)
  expect(failed(502)).toMatch(/Something went wrong on the server/)
})

it('what only a newer server knows is told in its words', () => {
  const code = 'account_on_holiday' as AuthError['code']
  expect(failureSentence(new AuthError(code, 'This account is on holiday.'))).toBe(
    'This account is on holiday.',
  )
})
