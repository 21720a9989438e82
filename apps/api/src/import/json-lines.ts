import { mongo } from 'mongoose'
import { type Line, lines } from './lines.ts'
import { type Row, refused } from './refusals.ts'

/** JSON lines, a line each; those that are empty are passed over. What is too long is never held. */
export async function* jsonLineRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const some of lines(chunks)) yield some.flatMap(rowOf)

  function rowOf({ line, bytes }: Line): Row | [] {
    if (bytes === 'too long') return { line, refusal: refused('line_long') }
    const text = textIn(bytes)
    if (text === null) return { line, refusal: refused('line_not_utf8') }
    return text === '' ? [] : { line, ...objectIn(text) }
  }

  function textIn(bytes: Buffer): string | null {
    try {
      return decoder.decode(bytes).trim()
    } catch {
      return null
    }
  }
}

/** MongoDB's extended JSON as well: `{"$oid": …}`, `{"$date": …}`, `{"$numberLong": …}`. */
function objectIn(text: string) {
  try {
    const value: unknown = text.includes('"$') ? mongo.BSON.EJSON.parse(text) : JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { record: value as Record<string, unknown> }
  } catch {}
  return { refusal: refused('line_broken') }
}
