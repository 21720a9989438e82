import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import type { Other } from './others.ts'
import type { Row, Skipped } from './row.ts'

export interface Report {
  machine: {
    processor: string
    cores: number
    memoryGB: number
    system: string
    node: string
    loadBefore: number
  }
  /** What else ran on it. */
  others: Other[]
  database: string
  takenAt: string
  seconds: number
  rows: (Row | Skipped)[]
}

export function machine(): Report['machine'] {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    loadBefore: Number(loadavg()[0]?.toFixed(2)),
  }
}

export const readReport = (file: string): Report => JSON.parse(readFileSync(file, 'utf8'))

export const describeMachine = ({ machine, database }: Report): string =>
  `${machine.processor}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}, Node.js ${machine.node}, load ${machine.loadBefore} before; database: ${database}`

export const describeOthers = ({ others }: Report): string =>
  others.length === 0
    ? 'Nothing else ran.'
    : `What else ran, in cores: ${others.map(({ name, cores }) => `${name} ${cores}`).join(', ')}.`

/** A value with as many digits as it deserves, and its unit. */
export function format(value: number, unit: Row['unit']): string {
  const text =
    value < 0.00005 ? '0' : value < 0.01 ? value.toFixed(4) : value < 10 ? value.toFixed(2) : value.toFixed(0)
  return `${text}${suffixes[unit]}`
}

const suffixes: Record<Row['unit'], string> = {
  '': '',
  ms: ' ms',
  s: ' s',
  MB: ' MB',
  kB: ' kB',
  '/s': '/s',
  reads: '',
  shift: '',
}

export const limitOf = ({ must, limit, unit }: Row): string =>
  `${must === 'reach' ? '≥' : '≤'} ${unit === 'reads' ? '0' : `${limit}${suffixes[unit]}`}`

/** With a question mark where the spread is wider than the distance to the limit. */
export const verdictOf = ({ holds, isOpen }: Row): string => `${holds ? '✓' : '✗'}${isOpen ? '?' : ''}`

export function table(report: Report): string {
  const lines = report.rows.map((each) =>
    'skipped' in each
      ? ['–', each.what, '', '', '', '', `skipped: ${each.skipped}`]
      : [
          verdictOf(each),
          each.what,
          format(each.measured, each.unit),
          limitOf(each),
          each.values.length > 1 ? each.spread.map((value) => format(value, each.unit)).join(' … ') : '',
          String(each.values.length),
          each.from,
        ],
  )
  const heads = ['', 'what', 'measured', 'must be', 'spread', 'rounds', 'from']
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...lines.map((line) => [...(line[i] ?? '')].length)),
  )
  const padded = [heads, ...lines].map((line) =>
    line
      .map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd(),
  )
  return [describeMachine(report), `${report.seconds} s. ${describeOthers(report)}`, '', ...padded].join('\n')
}

/**
 * What has become worse than committed by more than a fifth, and so that neither spread reaches the other's median.
 * Only ratios are compared: they were measured side by side, and mean the same on another machine.
 */
export function regressions(rows: Report['rows'], committed: Report['rows']): string[] {
  return rows.flatMap((now) => {
    const then = committed.find(({ id }) => id === now.id)
    if (!then || 'skipped' in then || 'skipped' in now || now.unit !== '') return []
    const worse =
      now.must === 'reach'
        ? now.measured < then.measured * 0.8 && now.measured < then.spread[0] && now.spread[1] < then.measured
        : now.measured > then.measured * 1.2 && now.measured > then.spread[1] && now.spread[0] > then.measured
    return worse
      ? [`${now.what}: ${format(now.measured, '')}, committed is ${format(then.measured, '')}`]
      : []
  })
}
