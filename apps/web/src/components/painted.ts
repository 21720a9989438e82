/** In a hidden tab nothing is painted. */
const longestMs = 100

/** Resolves once what was set before is on the screen: for work that begins where somebody has pressed something. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, longestMs)
    requestAnimationFrame(() => {
      clearTimeout(late)
      setTimeout(resolve)
    })
  })
}
