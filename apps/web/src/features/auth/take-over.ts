/** Left by public/before-paint.js. */
interface PrerenderedRoot extends HTMLElement {
  pressed?: HTMLElement
}

let redo = () => {}

/** The page works from now on. What somebody has pressed before it did is pressed now. */
export function takeOver() {
  const root = document.querySelector<PrerenderedRoot>('[data-prerendered]')
  root?.removeAttribute('data-prerendered')
  root?.pressed?.click()
  redo()
}

/**
 * What was prerendered is about to be replaced by the same page in another language, which gets the focus and what somebody
 * has typed, once it is there.
 */
export function carryOver(root: HTMLElement) {
  const before = inputsOf(root)
  const focused = document.activeElement
  redo = () => {
    redo = () => {}
    for (const [at, input] of inputsOf(root).entries()) {
      const former = before[at]
      if (former?.value) input.value = former.value
      if (former === focused) input.focus()
    }
  }
}

/** The same ones in each language. */
const inputsOf = (root: HTMLElement) => [...root.querySelectorAll('input')]
