// Node's own `--enable-source-maps` reads the map of every file when it is loaded, those of the libraries as well, and keeps
// them. Here a map is read once a stack trace is told that points into its file.

import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

const builtPlace = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g
const build = new URL('.', import.meta.url).href
const maps = new Map<string, SourceMap | null>()

/** A stack trace that names the files and lines of our source where it named those of the build. */
export function inSource(stack: string): string {
  return stack.replace(builtPlace, (place: string, file: string, line: string, column: string) => {
    const origin = file.startsWith(build) && mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (!origin || !('originalSource' in origin)) return place
    const source = fileURLToPath(new URL(origin.originalSource, file))
    return `${source}:${origin.originalLine + 1}:${origin.originalColumn + 1}`
  })
}

function mapOf(file: string): SourceMap | null {
  const known = maps.get(file)
  if (known !== undefined) return known
  let map: SourceMap | null = null
  try {
    map = new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')))
  } catch {
    // Built without maps: then the place in the build is all there is.
  }
  maps.set(file, map)
  return map
}

/** What ends the process is told in places of the source, too. */
export function tellTheEndInSource(): void {
  process.on('uncaughtExceptionMonitor', (error) => {
    if (typeof error?.stack === 'string') error.stack = inSource(error.stack)
  })
}
