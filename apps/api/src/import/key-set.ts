/// <reference lib="es2024.arraybuffer" />
import { hash } from 'node:crypto'

/** So much of it is in use before it grows, and by so much. */
const load = 0.8
const growth = 1.5

/**
 * A set of texts by 64 bits of their SHA-256: 10 to 15 bytes for each, where a Set of a million addresses would take a
 * hundred megabytes. Of ten million, two are taken for one with a chance of one in 300,000.
 */
export function createKeySet(places = 1024) {
  let table = tableOf(places)
  let size = 0

  return {
    /** False: it was there. */
    add(text: string): boolean {
      const digest = hash('sha256', text, 'hex')
      // Zeros are a free place.
      if (!put(table, wordAt(digest, 0) || 1, wordAt(digest, 8))) return false
      size++
      if (size <= (table.length / 2) * load) return true
      const former = table
      table = grown(former)
      // Now, and not when garbage is collected.
      former.buffer.resize(0)
      return true
    },
  }
}

function tableOf(places: number) {
  const maxByteLength = 2 * places * Uint32Array.BYTES_PER_ELEMENT
  return new Uint32Array(new ArrayBuffer(maxByteLength, { maxByteLength }))
}

const wordAt = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 8), 16)

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

function grown(table: Uint32Array) {
  const larger = tableOf(Math.ceil((table.length / 2) * growth))
  for (let at = 0; at < table.length; at += 2)
    if (table[at] !== 0) put(larger, table[at] ?? 0, table[at + 1] ?? 0)
  return larger
}
