import { foldLetters } from './password-folding.ts'

const shortestWord = 3
const hole = '\0'

/**
 * Removes words that are easy to know about the owner from a lower-case password, and returns the rest.
 * Null: it holds none of the words. Digits in place of letters do not hide a word.
 */
export function besideWords(text: string, words: readonly string[]): string | null {
  const byLength = [...new Set(words.map(foldLetters))].sort((a, b) => b.length - a.length)
  const holed = byLength.reduce(
    (rest, word) => rest.replaceAll(word, hole.repeat(word.length)),
    foldLetters(text),
  )
  if (!holed.includes(hole)) return null
  // Both texts have the same length, so the holes show what to remove.
  return text
    .split('')
    .filter((_, index) => holed[index] !== hole)
    .join('')
}

/**
 * A name or an address, and its parts, in lower case: `ada.lovelace@example.com` → itself, `ada`, `lovelace`,
 * `example`.
 */
export function wordsOf(name: string): string[] {
  const lower = name.toLowerCase()
  const [local = '', domain = ''] = lower.split('@')
  const labels = domain.split('.').slice(0, -1)
  return [lower, local, ...local.split(/[^\p{L}\p{N}]+/u), domain, ...labels].filter(
    (word) => word.length >= shortestWord,
  )
}
