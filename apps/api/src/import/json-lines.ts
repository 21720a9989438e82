import { mongo } from 'mongoose'
import { lines } from './lines.ts'
import { type Row, refused } from './refusals.ts'

/** JSON lines, a line each; those that are empty are passed over. What is too long is never held. */
export async function* jsonLineRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const { line, bytes } of lines(chunks)) {
    if (bytes === 'too long') yield { line, refusal: refused('line_long') }
    else {
      const text = textIn(bytes)
      if (text === null) yield { line, refusal: refused('line_not_utf8') }
      else if (text !== '') yield { line, ...objectIn(text) }
    }
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
