import { normalizePassword } from '@latchkey/contracts'

/**
 * Removes the variations that people use to get past a check: different code points (NFKC), upper and lower case, and
 * digits or signs in place of letters. No two digits become the same character, so numbers stay different.
 */
export function foldPassword(password: string): string {
  return foldLetters(lowerCase(password))
}

export const lowerCase = (password: string) => normalizePassword(password).toLowerCase()

/** Replaces character by character: the length stays the same. */
export const foldLetters = (lowerCased: string) =>
  lowerCased.replace(/[@4831!|l05$7+9]/g, (character) => letterOf[character] ?? character)

const letterOf: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '8': 'b',
  '3': 'e',
  '9': 'g',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  l: 'i',
  '0': 'o',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
}
