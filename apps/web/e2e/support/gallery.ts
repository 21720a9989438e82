import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import * as english from '../../src/words/en/index.ts'
import { german } from '../../test/german.ts'
import { expectAccessible, expectNoSidewaysScrolling } from './visitor.ts'

const phone = 360
const desktop = 1440
const widths = [phone, 768, desktop]
/** The smallest, twice as large as usual on a window of 1280, and the widest. */
const unpictured = [320, 640, 1920]
const schemes = ['light', 'dark'] as const

/**
 * Looks at what stands on the page in every width and both themes, saves the pictures (`screenshots/gallery`), and fails
 * where something scrolls sideways, is cut off, or is not accessible. Leaves the page wide and light. `isBrief`: a state of
 * a page that is looked at anyway; the phone has nothing of its own there for axe to find.
 */
export async function hang(page: Page, name: string, { isBrief = false } = {}): Promise<void> {
  for (const width of unpictured) {
    await resize(page, width)
    await expectToFit(page, `${name} at ${width}`)
  }
  for (const width of widths) {
    await resize(page, width)
    await expectToFit(page, `${name} at ${width}`)
    for (const scheme of schemes) {
      await emulate(page, { colorScheme: scheme })
      await picture(page, `${name}-${width}-${scheme}`)
      // What differs between the themes is colours.
      if (width === desktop && scheme === 'dark') await expectContrast(page)
    }
    await emulate(page, { colorScheme: 'light' })
    if (width === desktop || (width === phone && !isBrief)) await expectAccessible(page)
  }
}

/** Pictures for phone and desktop of a page that was changed in one way (`rtl`, `forced`), without counting contrasts. */
export async function hangChanged(page: Page, name: string): Promise<void> {
  for (const width of [phone, desktop]) {
    await resize(page, width)
    await expectToFit(page, `${name} at ${width}`)
    await picture(page, `${name}-${width}`)
  }
}

/** Whatever is emulated, nothing moves; resolves when the page has been drawn so. */
export async function emulate(page: Page, media: Parameters<Page['emulateMedia']>[0]): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce', ...media })
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
}

export async function picture(page: Page, name: string): Promise<void> {
  // The skip link hides above the window; scrolled down, that is in the picture.
  await page.evaluate(() => scrollTo(0, 0))
  const path = fileURLToPath(new URL(`../screenshots/gallery/${name}.png`, import.meta.url))
  await page.screenshot({ path, fullPage: true })
}

export async function resize(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: width < 700 ? 780 : 900 })
}

async function expectToFit(page: Page, what: string) {
  await expectNoSidewaysScrolling(page)
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => {
        const { overflowX, textOverflow, clipPath } = getComputedStyle(element)
        return (
          overflowX !== 'visible' &&
          textOverflow !== 'ellipsis' &&
          clipPath === 'none' &&
          element.tagName !== 'INPUT' &&
          element.scrollWidth > element.clientWidth + 1
        )
      })
      .map((element) => `${element.className}: ${element.textContent.trim().slice(0, 60)}`),
  )
  expect(cut, what).toEqual([])
}

async function expectContrast(page: Page) {
  const { violations } = await new AxeBuilder({ page })
    .withRules(['color-contrast', 'link-in-text-block'])
    .analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([])
}

/** Waits until nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForLoadState('networkidle')
  await skeletons(page).first().waitFor({ state: 'detached' })
}

export const skeletons = (page: Page) => page.locator('[role=status][aria-label]')

const left = { like: new Set<string>(), pieces: [] as string[] }
const letters = /[a-z]{4}/i

function sentencesOf(words: object): string[] {
  return Object.values(words).flatMap((word) => {
    if (typeof word === 'string') return [word]
    if (typeof word === 'function') return [withPlaces(word)].filter((sentence) => sentence !== null)
    return typeof word === 'object' && word !== null ? sentencesOf(word) : []
  })
}

/** A sentence that is made of parts, with places for them. Null: its parts are of another kind. */
function withPlaces(word: (...parts: unknown[]) => string): string | null {
  try {
    return word(...Array.from({ length: word.length }, () => '{part}'))
  } catch {
    return null
  }
}

const germanSentences = new Set(sentencesOf(german))
for (const sentence of sentencesOf({ ...english })) {
  if (!letters.test(sentence) || germanSentences.has(sentence)) continue
  left.like.add(sentence)
  if (sentence.includes('{'))
    left.pieces.push(...sentence.split(/\{\w+\}/).filter((piece) => piece.trim().length >= 12))
}

/** What of the page's visible text, labels and title is a sentence of the English catalogue, or a piece of one. */
export async function englishLeft(page: Page): Promise<string[]> {
  const said = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts = [document.title]
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode as Text
      if (parentElement?.checkVisibility({ visibilityProperty: true })) texts.push(data.trim())
    }
    for (const attribute of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${attribute}]`))
        texts.push(element.getAttribute(attribute) ?? '')
    return texts.filter((text) => !/^(?:code|pre)$/i.test(text))
  })
  return said.filter((text) => left.like.has(text) || left.pieces.some((piece) => piece.trim() === text))
}
