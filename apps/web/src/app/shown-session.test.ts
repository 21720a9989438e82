import type { SessionState } from '@latchkey/auth-client'
import { fireEvent, renderHook } from '@testing-library/react'
import { expect, it, onTestFinished } from 'vitest'
import { signedIn } from '../../test/fake-auth-client.ts'
import { useShownSession } from './shown-session.ts'

const ended: SessionState = { status: 'signedOut', reason: 'ended', code: 'refresh_token_revoked' }

/** Whether the page of somebody stays whose session ends after they have put something into a field of this type. */
function staysAfter(type: string, value: string): boolean {
  const field = Object.assign(document.createElement('input'), { type })
  document.body.append(field)
  onTestFinished(() => field.remove())
  const initialProps: SessionState = signedIn()
  const { result, rerender } = renderHook(useShownSession, { initialProps })
  field.value = value
  fireEvent.input(field)
  rerender(ended)
  return result.current.shown !== null
}

it('a page stays for what was typed, and not for a switch or a search', () => {
  expect(staysAfter('text', 'otter')).toBe(true)
  document.querySelector('input')?.remove()
  expect(['checkbox', 'radio', 'search'].map((type) => staysAfter(type, 'on'))).toEqual([false, false, false])
})
