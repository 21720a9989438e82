import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
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

export const describeMachine = ({ machine, database }: Report): string =>
  `${machine.processor}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}, Node.js ${machine.node}, load ${machine.loadBefore} before; database: ${database}`

/** A value with as many digits as it deserves, and its unit. */
export function format(value: number, unit: Row['unit']): string {
  const text =
    value < 0.00005 ? '0' : value < 0.01 ? value.toFixed(4) : value < 10 ? value.toFixed(2) : value.toFixed(0)
  return unit === '' || unit === 'reads' || unit === 'shift' ? text : `${text} ${unit}`
}

export const limitOf = ({ must, limit, unit }: Row): string =>
  `${must === 'reach' ? '≥' : '≤'} ${unit === 'reads' ? '0' : limit}${unit === '' || unit === 'reads' || unit === 'shift' ? '' : ` ${unit}`}`

export function table(report: Report): string {
  const lines = report.rows.map((each) =>
    'skipped' in each
      ? ['–', each.what, '', '', '', `skipped: ${each.skipped}`]
      : [
          each.holds ? '✓' : '✗',
          each.what,
          format(each.median, each.unit),
          limitOf(each),
          each.rounds > 1 ? `${format(each.min, each.unit)} … ${format(each.max, each.unit)}` : '',
          each.from,
        ],
  )
  const heads = ['', 'what', 'measured', 'must be', 'spread', 'from']
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...lines.map((line) => [...(line[i] ?? '')].length)),
  )
  const padded = [heads, ...lines].map((line) =>
    line
      .map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd(),
  )
  return [describeMachine(report), '', ...padded].join('\n')
}

/**
 * What has become worse than committed by more than a fifth, and lies outside what the committed rounds spread over.
 * Only ratios are compared: they were measured side by side, and mean the same on another machine.
 */
export function regressions(report: Report, committedFile: string): string[] {
  const committed = JSON.parse(readFileSync(committedFile, 'utf8')) as Report
  return report.rows.flatMap((now) => {
    const then = committed.rows.find(({ id }) => id === now.id)
    if (!then || 'skipped' in then || 'skipped' in now || now.unit !== '') return []
    const worse =
      now.must === 'reach'
        ? now.median < then.median * 0.8 && now.median < then.min
        : now.median > then.median * 1.2 && now.median > then.max
    return worse ? [`${now.what}: ${format(now.median, '')}, committed is ${format(then.median, '')}`] : []
  })
}
