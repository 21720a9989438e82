/** Keyboard rows, columns and zigzags. Runs along the alphabet and the digits need no list. */
const keyboardRows = [
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '1234567890',
  '!@#$%^&*()',
  '1qaz',
  '2wsx',
  '3edc',
  '4rfv',
  '5tgb',
  '6yhn',
  '7ujm',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
].map((row) => [...row])

/** Characters between words and numbers that are no work to guess. */
const separators = /[\s._\-,;:/]+/g
const years = /(?:19|20)\d\d/g

/**
 * The shortest text that, repeated, makes this one: `abcabcab` → `abc`, `aaaa` → `a`. If there is none, the text
 * itself.
 */
export function repeatedUnit(text: string): string {
  const characters = [...text]
  for (let period = 1; period <= characters.length / 2; period++)
    if (characters.every((character, index) => index < period || character === characters[index - period]))
      return characters.slice(0, period).join('')
  return text
}

/**
 * Whether a lower-case text consists only of runs: `987654321`, `abcd1234`, `qwertyui`, `aabbccdd`, `1-2-3-4-5`,
 * `31121984`.
 */
export function isSequence(text: string): boolean {
  const bare = text.replace(separators, '')
  return isMostlyRuns(text) || isMostlyRuns(bare) || guesses(bare) < fewGuesses
}

/** Whether the text beside a known word is easy to guess: `1`, `123`, `!!`, `2024`, `xyz`. */
export const isTrivial = (rest: string) => guesses(rest.replace(separators, '')) < fewGuesses

const fewGuesses = 4

/** How many things have to be guessed. A run counts as one, a year as none. */
const guesses = (text: string) => countRuns(text.replace(years, ''))

const isMostlyRuns = (text: string) => text !== '' && countRuns(text) * 3 <= [...text].length

/** How many runs a text consists of. Each goes one way along the alphabet, the digits or the keyboard. */
function countRuns(text: string): number {
  const characters = [...text].filter((character, index, all) => character !== all[index - 1])
  let runs = 0
  let ways: string[] = []
  for (const [index, character] of characters.entries()) {
    const next = waysBetween(characters[index - 1], character)
    const kept = ways.filter((way) => next.includes(way))
    // The second character decides which way a run goes. Before it, any way is possible.
    const goesOn = next.length > 0 && (ways.length === 0 || kept.length > 0)
    if (index === 0 || !goesOn) runs++
    ways = index === 0 || !goesOn ? [] : kept.length > 0 ? kept : next
  }
  return runs
}

/** The ways in which one character follows another: `+` and `-` in the alphabet, and both directions along a row. */
function waysBetween(before: string | undefined, after: string): string[] {
  if (before === undefined) return []
  const step = (after.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)
  const alphabet = Math.abs(step) === 1 ? [step > 0 ? '+' : '-'] : []
  const rows = keyboardRows.flatMap((row, index) => {
    const at = row.indexOf(before)
    if (at < 0) return []
    return [...(row[at + 1] === after ? [`${index}+`] : []), ...(row[at - 1] === after ? [`${index}-`] : [])]
  })
  return [...alphabet, ...rows]
}
