/** As they lie on keyboards, by row, by column and in zigzag; runs along the alphabet and the digits need no list. */
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

/** What stands between words and numbers and is no work to guess. */
const separators = /[\s._\-,;:/]+/g
const years = /(?:19|20)\d\d/g

/** The shortest text that, repeated, makes this one: `abcabcab` → `abc`, `aaaa` → `a`; the text itself when it is none. */
export function repeatedUnit(text: string): string {
  const characters = [...text]
  for (let period = 1; period <= characters.length / 2; period++)
    if (characters.every((character, index) => index < period || character === characters[index - period]))
      return characters.slice(0, period).join('')
  return text
}

/** Whether a lower-case text is only runs: `987654321`, `abcd1234`, `qwertyui`, `aabbccdd`, `1-2-3-4-5`, `31121984`. */
export function isSequence(text: string): boolean {
  const bare = text.replace(separators, '')
  return isMostlyRuns(text) || isMostlyRuns(bare) || guesses(bare) < fewGuesses
}

/** Whether what stands beside a known word is no work: `1`, `123`, `!!`, `2024`, `xyz`. */
export const isTrivial = (rest: string) => guesses(rest.replace(separators, '')) < fewGuesses

const fewGuesses = 4

/** How many things have to be guessed: each run is one, and a year is none worth speaking of. */
const guesses = (text: string) => countRuns(text.replace(years, ''))

const isMostlyRuns = (text: string) => text !== '' && countRuns(text) * 3 <= [...text].length

/** How many runs a text falls into, each going one way along the alphabet, the digits or the keyboard. */
function countRuns(text: string): number {
  const characters = [...text].filter((character, index, all) => character !== all[index - 1])
  let runs = 0
  let ways: string[] = []
  for (const [index, character] of characters.entries()) {
    const next = waysBetween(characters[index - 1], character)
    const kept = ways.filter((way) => next.includes(way))
    // The second character of a run says which way it goes; before it any will do.
    const goesOn = next.length > 0 && (ways.length === 0 || kept.length > 0)
    if (index === 0 || !goesOn) runs++
    ways = index === 0 || !goesOn ? [] : kept.length > 0 ? kept : next
  }
  return runs
}

/** The ways on which one character follows the other: `+` and `-` in the alphabet, and either way along a row. */
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
