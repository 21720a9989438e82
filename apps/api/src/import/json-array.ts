import { JSONParser } from '@streamparser/json'
import { mongo } from 'mongoose'
import { type Row, refused } from './refusals.ts'
import { SourceError } from './source.ts'

/** The longest part without an entry: nothing else stands between the accounts of an export. */
const maxBytesBetween = 16 * 1024 * 1024

/**
 * The entries of an array, or of the one that is called `users`. Throws SourceError where it is no longer JSON: what
 * follows could be anything.
 */
export async function* jsonArrayRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let parser: JSONParser | undefined
  const found: unknown[] = []
  let line = 0
  let between = 0
  for await (const chunk of chunks) {
    const isReadable = attempt(() => {
      const text = decoder.decode(chunk, { stream: true })
      parser ??= parserFor(text)
      parser.write(text)
    })
    between = found.length > 0 ? 0 : between + chunk.length
    yield take()
    if (!isReadable) throw new SourceError(`Entry ${line + 1} is not JSON in UTF-8.`)
    if (between > maxBytesBetween) throw new SourceError(`Entry ${line + 1} is longer than 16 MB.`)
  }
  const isWhole = attempt(() => {
    if (!parser?.isEnded) parser?.end()
  })
  if (!isWhole) throw new SourceError(`The file ends in the middle, after entry ${line}.`)

  function parserFor(text: string): JSONParser {
    const paths = text.trimStart().startsWith('[') ? ['$.*'] : ['$.users.*']
    const made = new JSONParser({ paths, keepStack: false })
    made.onValue = ({ value }) => void found.push(value)
    return made
  }

  function take(): Row[] {
    return found.splice(0).map((value) => {
      line++
      const record = recordIn(value)
      return record ? { line, record } : { line, refusal: refused('line_broken') }
    })
  }
}

/** Null: it is no object, or no extended JSON. */
function recordIn(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  try {
    return mongo.BSON.EJSON.deserialize(value as never)
  } catch {
    return null
  }
}

/** False: it threw. */
function attempt(step: () => void): boolean {
  try {
    step()
    return true
  } catch {
    return false
  }
}
