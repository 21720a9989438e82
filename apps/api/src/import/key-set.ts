import { createHash } from 'node:crypto'

/** So much of it is in use before it grows, and by so much. */
const load = 0.8
const growth = 1.5

/**
 * A set of texts by 64 bits of their SHA-256: 10 to 15 bytes for each, where a Set of a million addresses would take a
 * hundred megabytes. Of ten million, two are taken for one with a chance of one in 300,000.
 */
export function createKeySet(places = 1024) {
  let table = new Uint32Array(2 * places)
  let size = 0

  return {
    /** False: it was there. */
    add(text: string): boolean {
      const digest = createHash('sha256').update(text).digest()
      // Zeros are a free place.
      if (!put(table, digest.readUInt32LE(0) || 1, digest.readUInt32LE(4))) return false
      size++
      if (size > (table.length / 2) * load) table = grown(table)
      return true
    },
  }
}

function put(table: Uint32Array, high: number, low: number): boolean {
  const places = table.length / 2
  for (let place = low % places; ; place = (place + 1) % places) {
    if (table[2 * place] === 0) {
      table[2 * place] = high
      table[2 * place + 1] = low
      return true
    }
    if (table[2 * place] === high && table[2 * place + 1] === low) return false
  }
}

function grown(table: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * Math.ceil((table.length / 2) * growth))
  for (let at = 0; at < table.length; at += 2)
    if (table[at] !== 0) put(larger, table[at] ?? 0, table[at + 1] ?? 0)
  return larger
}
