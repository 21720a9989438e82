import { afterEach, expect, it } from 'vitest'
import { speakLanguage } from '../words/language.ts'
import { signInWords } from './sign-in-words.ts'

afterEach(() => speakLanguage('en'))

it('a sign-in is told by what was shown, in the language that is spoken', async () => {
  expect(signInWords(['pwd'])).toBe('password')
  expect(signInWords(['pwd', 'otp', 'mfa'])).toBe('password and code')
  expect(signInWords(['hwk', 'mfa'])).toBe('passkey')
  await speakLanguage('de')
  expect(signInWords(['pwd', 'otp', 'mfa'])).toBe('Passwort und Code')
})
