import { expect, it } from 'vitest'
import { createKeySet } from '../src/import/key-set.ts'

it('a set of keys knows what was added, however often it has grown since', () => {
  const keys = createKeySet(4)
  const texts = Array.from({ length: 5000 }, (_, at) => `ada-${at}@example.com`)
  expect(texts.filter((text) => keys.add(text))).toEqual(texts)
  expect(texts.filter((text) => keys.add(text))).toEqual([])
})
