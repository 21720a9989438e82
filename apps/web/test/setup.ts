import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach, vi } from 'vitest'

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 60_000 })

// jsdom does not know <search> yet, and React warns of tags it takes for misspelled.
Object.defineProperty(HTMLUnknownElement.prototype, Symbol.toStringTag, {
  configurable: true,
  get(this: Element) {
    return this.localName === 'search' ? 'HTMLElement' : 'HTMLUnknownElement'
  },
})

// jsdom does not know modal dialogs either.
const focusedBefore = new WeakMap<HTMLDialogElement, Element | null>()
HTMLDialogElement.prototype.showModal = function () {
  focusedBefore.set(this, document.activeElement)
  this.open = true
  this.querySelector<HTMLElement>('input:not([hidden], [type=hidden]), button')?.focus()
}
HTMLDialogElement.prototype.close = function () {
  this.open = false
  const before = focusedBefore.get(this)
  if (before instanceof HTMLElement && before.isConnected) before.focus()
}

// user-event goes on typing after what stood in a field before the form was reset, unless somebody sets its value.
const { reset } = HTMLFormElement.prototype
HTMLFormElement.prototype.reset = function () {
  reset.call(this)
  for (const field of this.querySelectorAll<HTMLInputElement>('input:not([type=file]), textarea'))
    field.value = String(field.value)
}

// The next file finds the same window.
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  localStorage.clear()
})
