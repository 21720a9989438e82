import { beforeEach, expect, it, vi } from 'vitest'
import { painted } from './painted.ts'

beforeEach(() => void vi.useFakeTimers())

function waiting() {
  const waiting = { isOver: false }
  void painted().then(() => {
    waiting.isOver = true
  })
  return waiting
}

it('is over behind the second frame, which shows what was rendered behind the first', async () => {
  const frame = waiting()
  vi.advanceTimersToNextFrame()
  await vi.advanceTimersByTimeAsync(1)
  expect(frame.isOver).toBe(false)
  vi.advanceTimersToNextFrame()
  await vi.advanceTimersByTimeAsync(1)
  expect(frame.isOver).toBe(true)
})

it('waits for no frame where none comes', async () => {
  vi.stubGlobal('requestAnimationFrame', () => 0)
  const never = waiting()
  await vi.advanceTimersByTimeAsync(1000)
  expect(never.isOver).toBe(true)
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  const hidden = waiting()
  await vi.advanceTimersByTimeAsync(0)
  expect(hidden.isOver).toBe(true)
})
