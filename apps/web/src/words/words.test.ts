import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { speak } from './catalogue.ts'
import german from './de/index.ts'
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

/** The places in a sentence that the page fills. */
function placesOf(words: Tree): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, word]) => {
      if (typeof word === 'string') return [[key, (word.match(/\{\w+\}/g) ?? []).sort()]]
      if (typeof word !== 'object' || word === null) return []
      return Object.entries(placesOf(word as Tree)).map(([inner, places]) => [`${key}.${inner}`, places])
    }),
  )
}

const src = join(import.meta.dirname, '..')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.startsWith('words/'))
  .map((name) => ({ name, text: readFileSync(join(src, name), 'utf8') }))

/** How a file calls the words of a part: `import { words as common } from '../words/en/common.ts'`. */
const calledIn = (text: string, part: string): string | undefined => {
  const found = new RegExp(`import \\{ words(?: as (\\w+))? \\} from '[^']*words/en/${part}\\.ts'`).exec(text)
  return found ? (found[1] ?? 'words') : undefined
}

afterEach(() => speak({}))

describe('the words of the page', () => {
  it('are all there in German, made of the same parts', () => {
    expect(shapeOf(german)).toEqual(shapeOf({ ...english }))
    expect(placesOf(german)).toEqual(placesOf({ ...english }))
    expect(Object.values(shapeOf({ ...english }))).not.toContain('nothing')
  })

  it.each(Object.entries(english))('of %s are all shown somewhere', (part, words) => {
    const file = part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const readers = sources.flatMap(({ text }) => {
      const name = calledIn(text, file)
      return name ? [{ name, text }] : []
    })
    const isShown = (key: string) =>
      readers.some(({ name, text }) => new RegExp(`\\b${name}\\s*\\.${key}\\b`).test(text))
    expect(Object.keys(words).filter((key) => !isShown(key))).toEqual([])
  })

  it('are found in the catalogue alone', () => {
    const attribute =
      /\b(?:aria-label|title|label|alt|placeholder|hint|question|confirm|lead|heading|name)=(?:"[A-Z][^"]*"|\{[`'][A-Z])/
    // What a machine reads, and names that are the same in every language.
    const strays = sources.flatMap(({ name, text }) =>
      text
        .split('\n')
        .flatMap((line, at) => (attribute.test(line) ? [`${name}:${at + 1} ${line.trim()}`] : [])),
    )
    expect(strays).toEqual([])
  })

  it('change with the language, and back', () => {
    speak(german)
    expect(english.menu.signOut).toBe('Abmelden')
    expect(english.menu.menuOf('ada')).toBe('Menü von ada')
    speak({})
    expect(english.menu.signOut).toBe('Sign out')
  })
})
