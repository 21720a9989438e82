/** A tab that is hidden meanwhile paints nothing. */
const longestMs = 1000

/**
 * Resolves once what was set before is on the screen: for work that begins where somebody has pressed something. What was
 * pressed may be rendered behind the next frame, and is painted with the one after it.
 */
export function painted(): Promise<void> {
  if (document.hidden) return Promise.resolve()
  return new Promise((resolve) => {
    const late = setTimeout(resolve, longestMs)
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(late)
        setTimeout(resolve)
      }),
    )
  })
}
