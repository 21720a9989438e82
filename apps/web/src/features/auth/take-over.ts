/** Left by public/before-paint.js. */
interface PrerenderedRoot extends HTMLElement {
  pressed?: HTMLElement
}

/** The page works from now on. What somebody has pressed before it did is pressed now. */
export function takeOver() {
  const root = document.querySelector<PrerenderedRoot>('[data-prerendered]')
  root?.removeAttribute('data-prerendered')
  root?.pressed?.click()
}
