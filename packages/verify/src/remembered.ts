/** A map of at most `size` entries, which forgets what was not asked for the longest. */
export function remembered<Value>(size: number) {
  const kept = new Map<string, Value>()
  return {
    get(key: string): Value | undefined {
      const value = kept.get(key)
      if (value === undefined) return undefined
      // A map is in the order in which its entries were set.
      kept.delete(key)
      kept.set(key, value)
      return value
    },
    set(key: string, value: Value): void {
      kept.delete(key)
      kept.set(key, value)
      if (kept.size <= size) return
      for (const oldest of kept.keys()) return void kept.delete(oldest)
    },
  }
}
