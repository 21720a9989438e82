import { describeMachine, describeOthers, format, limitOf, type Report, verdictOf } from './report.ts'
import type { Row } from './row.ts'

const width = 860
const rowHeight = 40
const top = 64
const bar = { x: 24, width: 612 }
/** Where every limit stands on its bar. */
const limitAt = 0.5

/** The table as a picture: each bar ends at its value, all limits stand in one line. Readable in light and dark. */
export function chart(report: Report): string {
  const rows = report.rows.filter((each): each is Row => !('skipped' in each))
  const height = top + rows.length * rowHeight + 56
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Benchmark: ${rows.filter(({ holds }) => holds).length} of ${rows.length} limits hold">
<style>
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .small { font-size: 11px; fill: #59636e }
  .title { font-size: 16px; font-weight: 600 }
  .value { font-weight: 600; text-anchor: end; font-variant-numeric: tabular-nums }
  .track { fill: #d1d9e0; opacity: .45 }
  .holds { fill: #1a7f64 }
  .short { fill: #bc4c00 }
  .limit { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .track { fill: #3d444d } .holds { fill: #2ea88a } .short { fill: #f0883e } .limit { stroke: #e6edf3 }
  }
</style>
<text class="title" x="${bar.x}" y="28">What it costs, measured side by side in one run</text>
<text class="small" x="${bar.x}" y="48">The line is the limit. A bar must reach past it where more is better (≥), and stop short of it where less is (≤).</text>
${rows.map((each, i) => line(each, top + i * rowHeight)).join('\n')}
<text class="small" x="${bar.x}" y="${height - 30}">${escaped(describeMachine(report))}</text>
<text class="small" x="${bar.x}" y="${height - 14}">${escaped(describeOthers(report))}</text>
</svg>
`
}

function line(row: Row, y: number): string {
  const share = row.limit === 0 ? (row.measured === 0 ? 0 : 1) : row.measured / row.limit
  // Logarithmic: a tenth of the limit and ten times the limit are equally far from it.
  const filled = share <= 0 ? 0 : Math.min(1, Math.max(0.01, limitAt + Math.log10(share) / 2))
  const limitX = bar.x + bar.width * limitAt
  return `<g transform="translate(0 ${y})">
  <text x="${bar.x}" y="12">${escaped(row.what.replaceAll('`', ''))}</text>
  <rect class="track" x="${bar.x}" y="19" width="${bar.width}" height="8" rx="4"/>
  <rect class="${row.holds ? 'holds' : 'short'}" x="${bar.x}" y="19" width="${(filled * bar.width).toFixed(1)}" height="8" rx="4"/>
  <line class="limit" x1="${limitX}" x2="${limitX}" y1="16" y2="30"/>
  <text class="value" x="${width - bar.x - 100}" y="27">${escaped(format(row.measured, row.unit))}</text>
  <text class="small" x="${width - bar.x - 88}" y="27">${escaped(limitOf(row))} ${verdictOf(row)}</text>
</g>`
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
