import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { german } from '../../test/german.ts'
import { saidInSource } from '../../test/said-in-source.ts'
import { speak } from './catalogue.ts'
import first from './de/first.ts'
import * as english from './en/index.ts'

type Tree = { readonly [key: string]: unknown }

/** 'sessions.end' → 'text', or how many parts a sentence is made of. */
function shapeOf(words: Tree, path = ''): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, word]) => {
      const name = path ? `${path}.${key}` : key
      if (typeof word === 'function') return [[name, word.length]]
      if (typeof word === 'object' && word !== null) return Object.entries(shapeOf(word as Tree, name))
      return [[name, typeof word === 'string' && word.trim() !== '' ? 'text' : 'nothing']]
    }),
  )
}

/** What could stand for a part, in pairs: a sentence that is made of a part changes with it. */
const pairs: [unknown, unknown][] = [
  ['Qq', 'Zz'],
  // One more would tell singular from plural, which not every language does.
  [2, 7],
  [true, false],
  [new Date(0), new Date(1e12)],
  [['Qq'], ['Qq', 'Zz']],
]

function said(word: (...parts: unknown[]) => string, parts: unknown[]): string | null {
  try {
    return word(...parts)
  } catch {
    return null // It needs parts of another kind.
  }
}

/** Of which of its parts a sentence is made: `0 2`. */
function madeOf(word: (...parts: unknown[]) => string): string {
  const places = Array.from({ length: word.length }, (_, at) => at)
  const others = pairs.map(([first]) => first)
  const counts = (at: number) =>
    others.some((other) =>
      pairs.some((pair) => {
        const [one, two] = pair.map((part) =>
          said(
            word,
            places.map((place) => (place === at ? part : other)),
          ),
        )
        return one !== null && two !== null && one !== two
      }),
    )
  return places.filter(counts).join(' ')
}

/** The places in a sentence that the page fills, and the parts that it is made of. */
function placesOf(words: Tree, path = ''): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, word]) => {
      const name = path ? `${path}.${key}` : key
      const placesIn = (text: string | null) => (text?.match(/\{\w+\}/g) ?? []).sort()
      if (typeof word === 'string') return [[name, placesIn(word)]]
      if (typeof word === 'function') {
        const sentence = word as (...parts: unknown[]) => string
        const whole = pairs.map(([part]) => said(sentence, Array(sentence.length).fill(part)))
        return [[name, [madeOf(sentence), ...placesIn(whole.find((text) => text !== null) ?? null)]]]
      }
      return Object.entries(placesOf(word as Tree, name))
    }),
  )
}

const src = join(import.meta.dirname, '..')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.startsWith('words/'))
  .map((name) => ({ name, text: readFileSync(join(src, name), 'utf8') }))

/** What the API says, the name of a system, a condition of a style sheet, and what a developer reads. */
const elsewhere = new Set([
  'Chrome OS',
  'Safari on macOS',
  'Safari on iPadOS',
  'This session belongs to another browser, and no server can continue it either (docs/server-rendered.md).',
  'not all',
  'Part of the page could not be downloaded.',
])

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

/** How a file calls the words of a part: `import { words as common } from '../words/en/common.ts'`. */
const calledIn = (text: string, part: string): string | undefined => {
  const found = new RegExp(`import \\{ words(?: as (\\w+))? \\} from '[^']*words/en/${part}\\.ts'`).exec(text)
  return found ? (found[1] ?? 'words') : undefined
}

/** The files that a file needs before it can run, and they theirs: `import()` is for later. */
function neededBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, name] of text.matchAll(/^(?:import (?!type )|\} from )[^'\n]*'(\.[^']*\.tsx?)'/gm))
    if (name) neededBy(join(dirname(file), name), found)
  return found
}

afterEach(() => speak({}))

describe('the words of the page', () => {
  it('are all there in German, made of the same parts', () => {
    expect(shapeOf(german)).toEqual(shapeOf({ ...english }))
    expect(placesOf(german)).toEqual(placesOf({ ...english }))
    expect(Object.values(shapeOf({ ...english }))).not.toContain('nothing')
  })

  it('of the entrance come before it is shown, and no others', () => {
    const parts = [...neededBy(join(src, 'main.tsx'))].flatMap(
      (file) =>
        /catalogue\('(\w+)'/.exec(file.includes('words/en') ? readFileSync(file, 'utf8') : '')?.[1] ?? [],
    )
    expect(parts.sort()).toEqual(Object.keys(first).sort())
  })

  it.each(Object.entries(english))('of %s are all shown somewhere', (part, words) => {
    const file = part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const readers = sources.flatMap(({ text }) => {
      const name = calledIn(text, file)
      return name ? [{ name, text: withoutComments(text) }] : []
    })
    const isRead = (path: string, what: string) =>
      readers.some(({ name, text }) => new RegExp(`\\b${name}\\s*\\.${path}${what}`).test(text))

    /** Groups are read by an index, as a whole, or key by key. */
    const unread = (group: Tree, path: string): string[] =>
      Object.entries(group).flatMap(([key, word]) => {
        const name = path ? `${path}\\s*\\??\\.${key}` : key
        const isGroup = typeof word === 'object' && word !== null
        const isWhole = isRead(name, isGroup ? '\\b(?!\\s*\\??\\.\\w)' : '\\b')
        if (!isGroup || isWhole) return isWhole ? [] : [name]
        return unread(word as Tree, name)
      })
    expect(unread(words as Tree, '')).toEqual([])
  })

  it('are found in the catalogue alone', () => {
    const strays = sources.flatMap(({ name, text }) =>
      saidInSource(name, text)
        .filter((line) => !elsewhere.has(line.replace(/^\d+ /, '')))
        .map((line) => `${name}:${line}`),
    )
    expect(strays).toEqual([])
  })

  it.each([
    ["<p>{'A stray sentence'}</p>", 'A stray sentence'],
    ["<p title={\n'A stray title'\n} />", 'A stray title'],
    ["<p aria-label={isOn ? 'Close' : 'Open'} />", 'Close'],
    ["function Field({ label = 'Your email address' }) {}", 'Your email address'],
    ["setProblem('This went wrong.')", 'This went wrong.'],
    ['<p>{`$' + '{count} sessions ended`}</p>', 'sessions ended'],
  ])('are missed nowhere else: %s', (source, sentence) => {
    expect(saidInSource('page.tsx', source)).toContainEqual(expect.stringContaining(sentence))
  })

  it('change with the language, and back', () => {
    speak(german)
    expect(english.menu.signOut).toBe('Abmelden')
    expect(english.menu.menuOf('ada')).toBe('Menü von ada')
    speak({})
    expect(english.menu.signOut).toBe('Sign out')
  })
})
