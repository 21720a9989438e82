/** A map that forgets entries which have not been read lately. Never holds more than twice `size` entries. */
export function recentlyUsed<Value>(size: number) {
  let recent = new Map<string, Value>()
  let older = new Map<string, Value>()

  return {
    get(key: string): Value | undefined {
      const value = recent.get(key)
      if (value !== undefined) return value
      const aged = older.get(key)
      if (aged !== undefined) this.set(key, aged)
      return aged
    },

    set(key: string, value: Value): void {
      if (recent.size >= size) {
        older = recent
        recent = new Map()
      }
      recent.set(key, value)
    },
  }
}
