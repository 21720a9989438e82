import { nameOf, pages, proseOf, textOf } from './pages.ts'

/** A command that a page shows. */
export interface ShownCommand {
  page: string
  /** As it stands there, without what is said of it. */
  text: string
  /** `NAME=value` before it. */
  settings: string[]
  words: string[]
  /** Whether it stands in a block, to be copied and run; else in a sentence, and perhaps in part. */
  isWhole: boolean
}

const program =
  /^(?:[A-Z][A-Z0-9_]*=\S*\s+)*(?:npx|npm|pnpm|docker|kubectl|curl|node|bash|python3)\s|^[A-Z][A-Z0-9_]*=/
const inSentences =
  /^(?:[A-Z][A-Z0-9_]*=\S*\s+)*(?:npx|npm|pnpm|docker compose|docker run|kubectl create|curl|bash|python3|latchkey)\s|^[A-Z][A-Z0-9_]*=/

/** All of them, in the order of the pages. */
export const shownCommands: readonly ShownCommand[] = pages.flatMap((page) => [
  ...blocksOf(page).flatMap((block) => block.map((text) => commandOf(page, text, true))),
  ...[...proseOf(page).matchAll(/`([^`\n]+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => inSentences.test(text))
    .map((text) => commandOf(page, text, false)),
])

/** For the list of what is wrong. */
export const inWords = ({ page, text }: ShownCommand, complaint: string): string =>
  `${nameOf(page)}: ${text}: ${complaint}`

/** The lines of each block that a shell reads. What is broken by a backslash is one line. */
function blocksOf(page: string): string[][] {
  return [...textOf(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```/gm)].flatMap(
    ([, language = '', code = '']) => {
      const lines = code
        .replace(/\\\n\s*/g, '')
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
      const isShell =
        ['sh', 'bash', 'console'].includes(language) || (language === '' && program.test(lines[0] ?? ''))
      return isShell ? [lines] : []
    },
  )
}

function commandOf(page: string, line: string, isWhole: boolean): ShownCommand {
  const text = line.replace(/\s+#\s.*$/, '')
  const words = (text.match(/(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g) ?? []).map((word) =>
    word.replace(/^(["'])(.*)\1$/, '$2'),
  )
  const first = words.findIndex((word) => !/^[A-Z][A-Z0-9_]*=/.test(word))
  const settings = first < 0 ? words : words.slice(0, first)
  return { page, text, settings, words: words.slice(settings.length), isWhole }
}

/** The words of the command line in it, however it is started; without what the shell does. Null: it is another command. */
export function latchkeyWordsOf({ words }: ShownCommand): string[] | null {
  const at = words.findIndex((word) => word === 'latchkey' || word.endsWith('/latchkey.js'))
  const [starter, ...others] = words.slice(0, at)
  const isStarted =
    at === 0 ||
    (starter === 'npx' && others.join(' ') === 'pnpm@12') ||
    (starter === 'docker' && (words[at] !== 'latchkey' || others.includes('run')))
  if (at < 0 || !isStarted) return null
  const own = words.slice(at + 1)
  const shells = own.findIndex((word) => /^(?:[<>|]|>>)$/.test(word))
  return shells < 0 ? own : own.slice(0, shells)
}
