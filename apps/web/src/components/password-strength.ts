import { slug } from '@latchkey/brand'
import { normalizePassword, passwordLength } from '@latchkey/contracts'

export type PasswordStrength = 'tooShort' | 'weak' | 'fair' | 'good' | 'strong'

/** From weakest to strongest. */
export const passwordStrengths: readonly PasswordStrength[] = ['tooShort', 'weak', 'fair', 'good', 'strong']

const obviousWords = [
  'password',
  'passwort',
  'letmein',
  'welcome',
  slug,
  'iloveyou',
  'admin',
  'login',
  'secret',
]
const keyboardRows = [
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '1234567890',
]
const shortestPersonalWord = 3

/**
 * A rough guess at how long a password withstands guessing: its length, less what a guesser gets for free
 * (repeats, runs such as `abcd` and `4321`, well-known words, and the person's own name and address).
 *
 * @param personal what the person has typed elsewhere in the form
 * @param shortest how many characters the server asks for
 */
export function passwordStrength(
  password: string,
  personal: readonly string[] = [],
  shortest = passwordLength.min,
): PasswordStrength {
  const text = normalizePassword(password)
  if ([...text].length < shortest) return 'tooShort'

  const bits = unpredictableLength(text.toLowerCase(), personal) * bitsPerCharacter(text)
  if (bits < 30) return 'weak'
  if (bits < 46) return 'fair'
  if (bits < 62) return 'good'
  return 'strong'
}

function unpredictableLength(text: string, personal: readonly string[]): number {
  const known = [...obviousWords, ...personal.flatMap(personalWords)].sort((a, b) => b.length - a.length)
  // Each known word is worth one character, whatever its length.
  const shortened = known.reduce((rest, word) => rest.replaceAll(word, '\u0000'), collapseRepeats(text))
  return [...shortened].filter((char, index, all) => !followsFrom(all[index - 1], char)).length
}

/** `abcabcabc` → `abc`, `aaaa` → `a`. */
function collapseRepeats(text: string): string {
  return text.replace(/(.+?)\1+/gsu, '$1')
}

function personalWords(typed: string): string[] {
  const words = typed.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  return [...words, typed.toLowerCase()].filter((word) => word.length >= shortestPersonalWord)
}

/** Whether a character is the expected next one: the same, its neighbour in the alphabet or on the keyboard. */
function followsFrom(previous: string | undefined, char: string): boolean {
  if (previous === undefined) return false
  const step = (char.codePointAt(0) ?? 0) - (previous.codePointAt(0) ?? 0)
  if (Math.abs(step) <= 1) return true
  return keyboardRows.some((row) => row.includes(previous + char) || row.includes(char + previous))
}

function bitsPerCharacter(text: string): number {
  if (/^\p{N}+$/u.test(text)) return 2.5
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(text)).length
  return 3.4 + 0.5 * (kinds - 1)
}
