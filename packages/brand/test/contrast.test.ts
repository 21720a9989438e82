import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { colours } from '../src/brand.ts'
import { contrast, faults, type Pairs } from './contrast.ts'

type Role = keyof typeof colours

const text: Pairs<Role> = {
  least: 4.5,
  on: [
    { over: ['ink', 'ink-soft', 'accent', 'accent-strong'], under: ['paper', 'surface', 'surface-sunken'] },
    { over: ['danger', 'warning', 'positive'], under: ['paper', 'surface', 'surface-sunken'] },
    { over: ['ink', 'ink-soft', 'accent', 'accent-strong', 'positive'], under: ['accent-soft'] },
    { over: ['ink', 'ink-soft', 'accent', 'accent-strong', 'warning'], under: ['warning-soft'] },
    { over: ['ink', 'ink-soft', 'accent', 'accent-strong', 'danger'], under: ['danger-soft'] },
    { over: ['on-accent'], under: ['accent', 'accent-strong'] },
    // A pressed button lies between `danger` and `ink`.
    { over: ['on-danger'], under: ['danger', 'ink'] },
    { over: ['paper'], under: ['ink'] },
    { over: ['panel-ink', 'panel-ink-soft'], under: ['panel'] },
    { over: ['panel'], under: ['panel-ink', 'panel-ink-soft'] },
  ],
}

const edges: Pairs<Role> = {
  least: 3,
  on: [
    // What can be pressed or filled in is told by its edge; the focus ring is `accent`.
    { over: ['line-strong', 'accent', 'danger'], under: ['paper', 'surface', 'surface-sunken'] },
    { over: ['accent'], under: ['accent-soft', 'warning-soft', 'danger-soft'] },
    { over: ['warning'], under: ['paper', 'surface'] },
    // The logo on its plate, and a ring on the entrance's panel.
    { over: ['on-accent'], under: ['accent'] },
    { over: ['panel-ink'], under: ['panel'] },
  ],
}

it('contrast is counted as WCAG does', () => {
  expect(contrast('#ffffff', '#000000')).toBe(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  expect(contrast('#0000ff', '#ffffff')).toBeCloseTo(8.59, 2)
})

it('all text can be read, in light and in dark', () => {
  expect(faults(colours, text)).toEqual([])
})

it('all edges and the focus ring can be seen, in light and in dark', () => {
  expect(faults(colours, edges)).toEqual([])
})

it('a colour that is too pale is named, with what it stands on', () => {
  const pale = { ...colours, accent: { ...colours.accent, light: colours.paper.light } }
  for (const pairs of [text, edges])
    expect(faults(pale, pairs)).toContain(`accent on paper, light: 1.00 < ${pairs.least}`)
  expect(() => faults({ ...colours, ink: { light: '#000', dark: '#ffffff' } }, text)).toThrow('#000')
})

it('no style puts a colour on another that is not among these pairs', () => {
  const known = new Set(
    text.on.flatMap(({ over, under }) =>
      over.flatMap((front) => under.map((back) => `var(--${front}) on var(--${back})`)),
    ),
  )
  const used = stylesBelow(fileURLToPath(new URL('../../../apps/web/src', import.meta.url))).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\{([^{}]*)\}/g)].flatMap(([, rule = '']) => {
      const front = /(?:^|[\s;])color: (var\([\w-]+\))/.exec(rule)?.[1]
      const back = /(?:^|[\s;])background: (var\([\w-]+\))/.exec(rule)?.[1]
      return front && back ? [`${front} on ${back}`] : []
    }),
  )
  expect(used.length).toBeGreaterThan(15)
  expect(used.filter((pair) => !known.has(pair))).toEqual([])
})

const stylesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.css'))
    .map((name) => join(folder, name))
