import type { Terminal } from './terminal.ts'

export type Output = ReturnType<typeof createOutput>

/** What a command answers: for people aligned text, with `--json` one document, or a line for each entry of a list. */
export function createOutput(terminal: Pick<Terminal, 'out' | 'err' | 'overwrites'>, json: boolean) {
  const say = (line: string) => terminal.out(`${line}\n`)

  return {
    json,
    /** Whether `progress` is seen. */
    overwrites: terminal.overwrites,

    /** One document, or the sentences that say the same. */
    answer(document: object, lines: string[]): void {
      if (json) say(jsonOf(document))
      else for (const line of lines) say(line)
    },

    /** A line of JSON for each; or a table with these columns, in order. */
    list<Entry extends object>(
      entries: readonly Entry[],
      columns: Record<string, (entry: Entry) => string>,
    ): void {
      if (json) for (const entry of entries) say(jsonOf(entry))
      else if (entries.length > 0) for (const line of table(entries, columns)) say(line)
    },

    /** For people alone, beside what was asked for. */
    remark(sentence: string): void {
      terminal.err(`${sentence}\n`)
    },

    /** A line for whoever keeps records of what operators do, on stderr, as the API logs. */
    audit(command: string, facts: object): void {
      const line = { level: 'info', time: new Date().toISOString(), command, ...facts, msg: 'command' }
      terminal.err(`${jsonOf(line)}\n`)
    },

    /** Stands in one line, written over by the next, where somebody watches; nowhere else. */
    progress(line: string | null): void {
      if (terminal.overwrites) terminal.err(line === null ? '\n' : `\r\u001b[K${line}`)
    },
  }
}

/**
 * JSON that moves no cursor either: what JSON itself would let through of control and format characters is written as
 * `\uXXXX`, which says the same to whoever parses it.
 */
export const jsonOf = (value: object, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\u2028\u2029\p{Cf}]/gu, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )

/** Aligned, the names of the columns first. */
export function table<Entry>(
  entries: readonly Entry[],
  columns: Record<string, (entry: Entry) => string>,
): string[] {
  const cells = [
    Object.keys(columns).map((name) => name.toUpperCase()),
    ...entries.map((entry) => Object.values(columns).map((read) => plain(read(entry)))),
  ]
  return aligned(cells)
}

/** Columns as wide as their widest cell, two spaces between them. */
export function aligned(cells: readonly string[][]): string[] {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? '')].length)),
  )
  const padded = (cell: string, column: number) =>
    cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))
  return cells.map((row) => row.map(padded).join('  ').trimEnd())
}

/** What people wrote themselves must not move the cursor of whoever reads it. */
export const plain = (text: string): string => text.replace(/\p{C}/gu, '\uFFFD')

/** "27 Nov 2026, 20:14 UTC". */
export function moment(at: Date | string | null): string {
  if (at === null) return 'never'
  const shown = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  })
  return `${shown.format(new Date(at))} UTC`
}
