import { expect, it } from 'vitest'
import { recentlyUsed } from '../src/recently-used.ts'

it('keeps what is used, forgets what is not, and stays bounded', () => {
  const map = recentlyUsed<number>(10)
  map.set('used', 0)
  map.set('unused', 0)
  let kept = 0
  for (let i = 0; i < 1000; i++) {
    map.set(`passing ${i}`, i)
    expect(map.get('used')).toBe(0)
  }
  for (let i = 0; i < 1000; i++) if (map.get(`passing ${i}`) !== undefined) kept++
  expect(map.get('unused')).toBeUndefined()
  expect(kept).toBeLessThanOrEqual(20)
})
