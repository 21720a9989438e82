/** A value that can be watched, in the shape that React's `useSyncExternalStore` needs. */
export interface Observable<Value> {
  /** The same reference until it changes. */
  get(): Value
  set(value: Value): void
  subscribe(listener: () => void): () => void
}

export function createObservable<Value>(initial: Value): Observable<Value> {
  let current = initial
  const listeners = new Set<() => void>()
  return {
    get: () => current,
    set(value) {
      if (value === current) return
      current = value
      for (const listener of [...listeners]) told(listener)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** One listener that throws stops neither the others nor what changed the value. The page hears of it as of any error. */
function told(listener: () => void) {
  try {
    listener()
  } catch (error) {
    setTimeout(() => {
      throw error
    })
  }
}
