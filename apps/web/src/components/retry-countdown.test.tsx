import { render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { speakLanguage } from '../words/language.ts'
import { RetryCountdown } from './retry-countdown.tsx'

afterEach(() => speakLanguage('en'))

function told(seconds: number): string[] {
  const { unmount } = render(<RetryCountdown seconds={seconds} />)
  const all = [...(screen.getByText(/./, { selector: '[aria-hidden]' }).parentElement?.children ?? [])]
  const texts = all.map(({ textContent }) => textContent ?? '')
  unmount()
  return texts
}

it('a wait is told by seconds, by the clock or roughly, to the eye as to the ear', () => {
  const twice = (text: string) => [text, text]
  expect(told(1)).toEqual(twice('Too many attempts. Try again in 1 second.'))
  expect(told(89)).toEqual(twice('Too many attempts. Try again in 89 seconds.'))
  expect(told(95)).toEqual(twice('Too many attempts. Try again in 1:35 minutes.'))
  expect(told(7000)).toEqual(twice('Too many attempts. Try again in about 2 hours.'))
})

it('and in the language that is spoken', async () => {
  await speakLanguage('de')
  expect(told(1)[0]).toBe('Zu viele Versuche. Versuchen Sie es in 1 Sekunde noch einmal.')
  expect(told(3600)[0]).toBe('Zu viele Versuche. Versuchen Sie es in etwa 1 Stunde noch einmal.')
})
