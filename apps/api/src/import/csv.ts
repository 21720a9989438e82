import { pipeline, Readable } from 'node:stream'
import { type CsvError, type Info, parse } from 'csv-parse'
import { lines } from './lines.ts'
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
export async function* csvRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row> {
  const skipped: Row[] = []
  const whole = lines(chunks)
  const head = await whole.next()
  if (head.done) return
  if (head.value.bytes === 'too long')
    throw new SourceError('The first line, of the columns, is longer than 1 MB.')
  const parser = parse({
    encoding: null,
    delimiter: separatorOf(head.value.bytes),
    skip_empty_lines: true,
    skip_records_with_error: true,
    info: true,
    on_skip(error) {
      skipped.push(skippedRow(error))
      return undefined
    },
  })
  pipeline(Readable.from(parts(head.value.bytes)), parser, () => {})
  let columns: string[] | undefined
  // `lines` is where a record ends.
  const found: AsyncIterable<{ record: Uint8Array[]; info: Info }> = parser
  for await (const { record, info } of found) {
    yield* skipped.splice(0)
    const texts = textsOf(record)
    const line = info.lines
    if (columns && texts)
      yield { line, record: Object.fromEntries(columns.map((name, at) => [name, texts[at]])) }
    else if (columns) yield { line, refusal: refused('line_not_utf8') }
    else if (texts) columns = texts.map((name) => name.trim())
    else throw new SourceError('The names of the columns are not UTF-8.')
  }
  yield* skipped.splice(0)

  /** Many lines at once, without those that are too long. */
  async function* parts(first: Buffer): AsyncGenerator<Buffer> {
    let part = [first, lineEnd]
    let length = first.length
    let between = 0
    let before = 0
    for await (const { line, bytes } of whole) {
      if (bytes === 'too long') skipped.push({ line, refusal: refused('line_long') })
      else {
        part.push(bytes)
        length += bytes.length
      }
      part.push(lineEnd)
      if (length < chunkBytes) continue
      between = parser.info.records === before ? between + length : 0
      if (between > maxBytesBetween)
        throw new SourceError(`A quote is not closed for 4 MB before line ${line}.`)
      before = parser.info.records
      yield Buffer.concat(part)
      part = []
      length = 0
    }
    yield Buffer.concat(part)
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

/** Null: they are not UTF-8. */
function textsOf(fields: readonly Uint8Array[]): string[] | null {
  try {
    return fields.map((field) => decoder.decode(field))
  } catch {
    return null
  }
}
