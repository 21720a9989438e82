import { csvRows } from './csv.ts'
import { jsonArrayRows } from './json-array.ts'
import { jsonLineRows } from './json-lines.ts'
import type { Row } from './refusals.ts'
import type { Source } from './source.ts'

/**
 * The entries of a file, some at a time: a promise for each of a million costs more than what is in it. Throws SourceError
 * where it cannot be read any further.
 */
export const rowsOf = ({ format, chunks }: Source): AsyncGenerator<Row[]> => readers[format](chunks)

const readers = { csv: csvRows, jsonl: jsonLineRows, json: jsonArrayRows }
