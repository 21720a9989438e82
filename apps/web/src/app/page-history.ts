/** Which page of the application is open. */
export interface PageLocation {
  pathname: string
  search: string
  hash: string
  /** What its entry in the history remembers and no address says. */
  state: Readonly<Record<string, unknown>> | null
  /** Another one after each navigation. */
  key: string
}

let navigations = 0
const listeners = new Set<(location: PageLocation) => void>()

/** The browser's history, for pages of this application alone: addresses are paths, and nothing is loaded anew. */
export const pageHistory = {
  location(): PageLocation {
    const { pathname, search, hash } = window.location
    return { pathname, search, hash, state: window.history.state?.state ?? null, key: String(navigations) }
  },

  push(address: string, state: PageLocation['state'] = null) {
    window.history.pushState({ state }, '', address)
    tell()
  },

  replace(address: string, state: PageLocation['state'] = null) {
    window.history.replaceState({ state }, '', address)
    tell()
  },

  /** Hears of each navigation, those of the browser's buttons included. The returned function ends it. */
  listen(listener: (location: PageLocation) => void): () => void {
    if (listeners.size === 0) window.addEventListener('popstate', tell)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) window.removeEventListener('popstate', tell)
    }
  },
}

function tell() {
  navigations += 1
  const location = pageHistory.location()
  for (const listener of listeners) listener(location)
}
