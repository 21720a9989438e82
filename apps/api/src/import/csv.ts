import { isAscii } from 'node:buffer'
import { once } from 'node:events'
import { type CsvError, parse } from 'csv-parse'
import { type Line, lines } from './lines.ts'
import { type Row, refused } from './refusals.ts'
import { SourceError } from './source.ts'

const chunkBytes = 64 * 1024
/** So much without a record: a quote was opened and is not closed. */
const maxBytesBetween = 4 * 1024 * 1024
const separators = [',', ';', '\t'] as const

/**
 * The records of a CSV file (RFC 4180) whose first one names the columns; commas, semicolons or tabs stand between them.
 * Throws SourceError when nobody knows any more where a record begins.
 */
export async function* csvRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  let reader: ReturnType<typeof createReader> | undefined
  let begun: Line[] = []
  for await (const some of lines(chunks)) {
    begun.push(...some)
    const last = begun.at(-1)
    if (!last || (reader && sizeOf(begun) < chunkBytes)) continue
    reader ??= createReader(begun)
    yield await reader.read(begun)
    begun = []
    if (reader.bytesBetween() > maxBytesBetween)
      throw new SourceError(`A quote is not closed for 4 MB before line ${last.line}.`)
  }
  if (!reader) return
  yield await reader.read(begun)
  yield await reader.end()
}

const sizeOf = (some: readonly Line[]): number =>
  some.reduce((sum, { bytes }) => sum + (bytes === 'too long' ? 0 : bytes.length), 0)

/** Makes rows of lines, as many as end in them. They come by a callback, for the parser's stream takes a promise for each. */
function createReader([head]: readonly Line[]) {
  if (!head || head.bytes === 'too long')
    throw new SourceError('The first line, of the columns, is longer than 1 MB.')
  let columns: string[] | undefined
  let rows: Row[] = []
  let between = 0
  const parser = parse({
    encoding: null,
    delimiter: separatorOf(head.bytes),
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip(error) {
      rows.push(skippedRow(error))
      return undefined
    },
    // `lines` is where a record ends.
    on_record(record, { lines: line }) {
      between = 0
      // Bytes, whatever the types say: there is no encoding.
      const texts = textsOf(record as unknown[] as Uint8Array[])
      if (columns && texts)
        rows.push({ line, record: Object.fromEntries(columns.map((name, at) => [name, texts[at]])) })
      else if (columns) rows.push({ line, refusal: refused('line_not_utf8') })
      else if (texts) columns = texts.map((name) => name.trim())
      else throw new SourceError('The names of the columns are not UTF-8.')
      return null
    },
  })
  // Whoever writes or ends is told of it.
  parser.on('error', () => {})

  return {
    /** So much was read since the last row. */
    bytesBetween: () => between,

    /** Lines that are too long are refused here, and the parser sees empty ones in their place. */
    async read(some: readonly Line[]): Promise<Row[]> {
      const parts = some.flatMap(({ line, bytes }) => {
        if (bytes !== 'too long') return [bytes, lineEnd]
        rows.push({ line, refusal: refused('line_long') })
        return [lineEnd]
      })
      between += sizeOf(some)
      await new Promise<void>((resolve, reject) => {
        parser.write(Buffer.concat(parts), (error) => (error ? reject(error) : resolve()))
      })
      return taken()
    },

    async end(): Promise<Row[]> {
      const ended = once(parser, 'finish')
      parser.end()
      await ended
      return taken()
    },
  }

  function taken(): Row[] {
    const all = rows
    rows = []
    return all
  }
}

const lineEnd = Buffer.from('\n')

/** The one that stands most often among the names of the columns. */
function separatorOf(head: Buffer): string {
  const text = head.toString()
  const often = (separator: string) => text.split(separator).length
  return separators.reduce((best, each) => (often(each) > often(best) ? each : best))
}

function skippedRow(error: CsvError | undefined): Row {
  const line = Number(error?.lines ?? 0)
  const isLength = error?.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
  return { line, refusal: refused(isLength ? 'line_columns' : 'line_quotes') }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

const textOf = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1')

/** Null: they are not UTF-8. */
function textsOf(fields: readonly Uint8Array[]): string[] | null {
  try {
    return fields.map((field) => (isAscii(field) ? textOf(field) : decoder.decode(field)))
  } catch {
    return null
  }
}
