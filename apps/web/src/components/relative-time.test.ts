import { afterEach, describe, expect, it } from 'vitest'
import { speakLanguage } from '../words/language.ts'
import { relativeTime } from './relative-time.ts'

const now = Date.UTC(2026, 0, 2)
const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

afterEach(() => speakLanguage('en'))

describe('a time in words', () => {
  it.each([
    [0, 'just now'],
    [-59 * second, 'just now'],
    [2 * second, 'just now'],
    [30 * second, 'in less than a minute'],
    [-minute, '1 minute ago'],
    [-59 * minute, '59 minutes ago'],
    [-2 * hour, '2 hours ago'],
    [-30 * hour, '1 day ago'],
    [7 * day - second, 'in 7 days'],
    [-13 * day, '13 days ago'],
    [-21 * day, '3 weeks ago'],
    [-90 * day, '3 months ago'],
    [-800 * day, '2 years ago'],
  ])('%i ms away is %j', (distanceMs, words) => {
    expect(relativeTime(now + distanceMs, now)).toBe(words)
  })

  it('is told in the language that is spoken', async () => {
    await speakLanguage('de')
    expect(relativeTime(now - 3 * day, now)).toBe('vor 3 Tagen')
    expect(relativeTime(now + 30 * second, now)).toBe('in weniger als einer Minute')
  })
})
