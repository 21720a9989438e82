/** The part of mocha's JSON report that is read here. */
export interface MochaResult {
  stats: { passes: number; failures: number; pending: number; duration: number }
  failures: { fullTitle: string; err: MochaError }[]
}

export interface MochaError {
  message?: string
  name?: string
  /** MongoDB's is a number. */
  code?: number | string
  codeName?: string
}

export interface Report {
  text: string
  /** Every failed test met something that the server said it does not support. */
  honest: boolean
}

/** How many tests passed, and which failed on which error, the most frequent first. */
export function report({ stats, failures }: MochaResult): Report {
  const refused = failures.filter(({ err }) => isRefusal(err))
  const others = failures.filter(({ err }) => !isRefusal(err))
  const lines = [
    `${count(stats.passes)} of ${count(stats.passes + stats.failures)} tests passed, ${count(stats.pending)} skipped, in ${Math.round(stats.duration / 1000)} s.`,
    ...section('Refused as not supported', refused),
    ...section('Failed for another reason', others),
  ]
  return { text: `${lines.join('\n')}\n`, honest: others.length === 0 }
}

const count = (value: number): string => value.toLocaleString('en')

/** Transactions and change streams have codes of their own. */
const isRefusal = ({ message = '', code }: MochaError): boolean =>
  message.includes('not supported by the embedded database') || code === 20 || code === 40573

function section(heading: string, failures: MochaResult['failures']): string[] {
  if (failures.length === 0) return []
  const groups = new Map<string, string[]>()
  for (const { fullTitle, err } of failures) {
    const reason = describeError(err)
    groups.set(reason, [...(groups.get(reason) ?? []), fullTitle])
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length)
  return [
    '',
    `${heading}: ${count(failures.length)}`,
    ...sorted.flatMap(([reason, titles]) => [
      '',
      `${String(titles.length).padStart(4)}  ${reason}`,
      ...titles.map((title) => `        ${title}`),
    ]),
  ]
}

function describeError({ message = '', name = 'Error', code, codeName = '' }: MochaError): string {
  const [first = ''] = message.trim().split('\n')
  return typeof code === 'number' ? `${`${code} ${codeName}`.trim()}: ${first}` : `${name}: ${first}`
}
