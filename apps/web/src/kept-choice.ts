/**
 * What somebody chose for this browser: kept where that is possible, and followed from the other tabs while somebody listens.
 * `follow` is called when another tab has chosen, with what is kept now.
 */
export function keptChoice(key: string, follow: (kept: string | null) => void) {
  const listeners = new Set<() => void>()
  const onStorage = (event: StorageEvent) => event.key === key && follow(event.newValue)

  return {
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      addEventListener('storage', onStorage)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) removeEventListener('storage', onStorage)
      }
    },

    /** Tells the listeners that another one is in force. */
    tell(): void {
      for (const listener of listeners) listener()
    },

    /** Null: none was chosen, or nothing is kept here. */
    read(): string | null {
      try {
        return localStorage.getItem(key)
      } catch {
        return null
      }
    },

    /** Null: as if none had been. Where nothing can be kept, a choice lasts until the page goes. */
    keep(value: string | null): void {
      try {
        if (value === null) localStorage.removeItem(key)
        else localStorage.setItem(key, value)
      } catch {
        // Blocked.
      }
    },
  }
}
