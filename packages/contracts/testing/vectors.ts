import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

export type VectorFile =
  | 'keys'
  | 'locks'
  | 'access-tokens'
  | 'refresh-tokens'
  | 'cookies'
  | 'session-cookie'
  | 'verdicts'
  | 'answers'

const pathOf = (file: VectorFile) => fileURLToPath(new URL(`../vectors/${file}.json`, import.meta.url))

/** What a file of vectors says; null before it is written for the first time. Whoever reads it knows its shape. */
export const readVectors = <Vectors>(file: VectorFile): Vectors | null =>
  existsSync(pathOf(file)) ? JSON.parse(readFileSync(pathOf(file), 'utf8')) : null

/** Compares what the code makes now with what its file says. With UPDATE_VECTORS the file is written anew first. */
export function holdAgainstVectors(file: VectorFile, made: object): void {
  const text = `${JSON.stringify(made, null, 2)}\n`
  if (process.env.UPDATE_VECTORS) writeFileSync(pathOf(file), text)
  expect(JSON.parse(text)).toEqual(readVectors(file))
}
