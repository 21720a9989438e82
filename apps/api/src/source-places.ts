// Node's own `--enable-source-maps` reads the map of every file when it is loaded, those of the libraries as well, and keeps
// them. Here a map is read once a stack trace is told that points into its file.

import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

const build = new URL('.', import.meta.url).href
// Its files lie beside each other. A message is part of a stack trace, and may hold anything.
const builtPlace = new RegExp(`(${build.replace(/[^\w/]/g, '\\$&')}[\\w-]+\\.js):(\\d+):(\\d+)`, 'g')
const maps = new Map<string, SourceMap>()

/** A stack trace that names the files and lines of our source where it named those of the build. */
export function inSource(stack: string): string {
  return stack.replace(builtPlace, (place: string, file: string, line: string, column: string) => {
    const origin = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (!origin || !('originalSource' in origin)) return place
    const source = fileURLToPath(new URL(origin.originalSource, file))
    return `${source}:${origin.originalLine + 1}:${origin.originalColumn + 1}`
  })
}

/** Null: built without maps, or no file of ours. Then the place in the build is all there is. */
function mapOf(file: string): SourceMap | null {
  try {
    const map =
      maps.get(file) ?? new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')))
    maps.set(file, map)
    return map
  } catch {
    return null
  }
}

/** The same error, told with places in the source, where it can be changed. */
export function toldInSource(error: unknown): unknown {
  try {
    if (error instanceof Error && error.stack) error.stack = inSource(error.stack)
  } catch {
    // It is frozen.
  }
  return error
}
