import { act, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { useCalmStore } from './use-calm-store.ts'

function storeOf(first: number) {
  const listeners = new Set<() => void>()
  let value = first
  return {
    get: () => value,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    set(next: number) {
      value = next
      for (const listener of listeners) listener()
    },
    listeners,
  }
}

let renders = 0

function Shown({ store }: { store: ReturnType<typeof storeOf> }) {
  renders += 1
  return <p>{useCalmStore(store.subscribe, store.get)}</p>
}

const surroundings = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }

// React as it is for people: `act` would put everything together by itself.
beforeEach(() => {
  renders = 0
})
afterEach(() => {
  surroundings.IS_REACT_ACT_ENVIRONMENT = true
})

it('many changes, one after the other, are shown at once', async () => {
  const store = storeOf(0)
  render(<Shown store={store} />)
  surroundings.IS_REACT_ACT_ENVIRONMENT = false
  const before = renders
  for (let count = 1; count <= 50; count++) {
    store.set(count)
    await Promise.resolve()
  }
  await waitFor(() => expect(screen.getByText('50')).toBeVisible())
  expect(renders - before).toBeLessThanOrEqual(2)
})

it('follows another store, and leaves the one before', async () => {
  const [first, second] = [storeOf(1), storeOf(2)]
  const { rerender } = render(<Shown store={first} />)
  rerender(<Shown store={second} />)
  expect(screen.getByText('2')).toBeVisible()
  act(() => second.set(3))
  expect(screen.getByText('3')).toBeVisible()
  expect(first.listeners.size).toBe(0)
})
