/** All times are milliseconds since the page was asked for. */
export interface Request {
  name: string
  from: number
  /** When its answer began. */
  answered: number
  to: number
}

export type Kind = 'parse' | 'compile' | 'evaluate' | 'run' | 'layout'

export interface Block {
  kind: Kind
  from: number
  to: number
}

interface Load {
  requests: Request[]
  blocks: Block[]
  marks: { name: string; at: number }[]
}

const kinds: Record<Kind, string> = {
  parse: 'read HTML and CSS',
  compile: 'compile',
  evaluate: 'evaluate scripts',
  run: 'hydrate, run',
  layout: 'lay out, paint',
}
const width = 1000
const names = 190
const top = 96
const rowHeight = 24
const thread = 44
/** Narrower ones could not be seen. */
const narrowest = 0.4

/** Requests from top to bottom, the main thread below them, and what somebody notices of it. Readable in light and dark. */
export function drawLoad({ requests, blocks, marks }: Load): string {
  const end = Math.max(...marks.map(({ at }) => at)) * 1.08
  const x = (ms: number) => names + (Math.min(Math.max(ms, 0), end) / end) * (width - names - 24)
  const bar = (kind: string, from: number, to: number, y: number, height: number, title: string) =>
    `<rect class="${kind}" x="${x(from).toFixed(1)}" y="${y}" width="${Math.max(narrowest, x(to) - x(from)).toFixed(1)}" height="${height}"><title>${title}</title></rect>`
  const bottom = top + requests.length * rowHeight
  const height = bottom + thread + 78
  const seconds = Array.from({ length: Math.floor(end / gridMs(end)) + 1 }, (_, i) => i * gridMs(end))

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(
    `Loading the sign-in page: ${marks.map(({ name, at }) => `${name} after ${inSeconds(at)}`).join(', ')}`,
  )}">
<style>
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .small { font-size: 11px; fill: #59636e }
  .end { text-anchor: end } .middle { text-anchor: middle }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .mark { stroke: #bc4c00; stroke-width: 1.5 }
  .said { fill: #bc4c00; font-weight: 600 }
  .waits { fill: #c9d7ea } .comes { fill: #4f7cac } .track { fill: #d1d9e0; opacity: .45 }
  .parse { fill: #9a6fb0 } .compile { fill: #d9a441 } .evaluate { fill: #e07b39 } .run { fill: #1a7f64 } .layout { fill: #5b8fd6 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d } .track { fill: #3d444d }
    .mark { stroke: #f0883e } .said { fill: #f0883e } .waits { fill: #34465c } .comes { fill: #6ea3d8 } .run { fill: #2ea88a }
  }
</style>
<text class="title" x="8" y="24">From the address to a sign-in page that works</text>
<text class="small" x="8" y="42">Chromium, slow 4G (150 ms, 1.6 Mbit/s), processor slowed 4 times, empty cache. Pale: waiting for an answer. Full: it comes.</text>
${seconds.map((ms) => `<line class="grid" x1="${x(ms).toFixed(1)}" x2="${x(ms).toFixed(1)}" y1="${top - 8}" y2="${bottom + thread}"/><text class="small middle" x="${x(ms).toFixed(1)}" y="${bottom + thread + 16}">${inSeconds(ms)}</text>`).join('\n')}
${requests
  .map((request, i) => {
    const y = top + i * rowHeight
    const times = `${escaped(request.name)}: ${inSeconds(request.from)} to ${inSeconds(request.to)}`
    return `<text x="8" y="${y + 12}">${escaped(request.name)}</text>${bar('waits', request.from, request.answered, y + 2, 12, times)}${bar('comes', request.answered, request.to, y + 2, 12, times)}`
  })
  .join('\n')}
<text x="8" y="${bottom + 24}">main thread</text>
<rect class="track" x="${names}" y="${bottom + 8}" width="${width - names - 24}" height="24"/>
${blocks
  .filter(({ from, to }) => from < end && x(to) - x(from) >= narrowest)
  .map(({ kind, from, to }) =>
    bar(kind, from, to, bottom + 8, 24, `${kinds[kind]}: ${Math.round(to - from)} ms`),
  )
  .join('\n')}
${marks.map(({ name, at }, i) => markOf(name, at, x(at), 62 + (i % 2) * 14, bottom + thread)).join('\n')}
${Object.entries(kinds)
  .map(([kind, name], i) => {
    const all = blocks.filter((block) => block.kind === kind && block.from < end)
    const ms = Math.round(all.reduce((sum, { from, to }) => sum + to - from, 0))
    const at = 8 + i * 196
    return `<rect class="${kind}" x="${at}" y="${height - 26}" width="12" height="12"/><text x="${at + 18}" y="${height - 16}">${name}: ${ms} ms</text>`
  })
  .join('\n')}
</svg>
`
}

function markOf(name: string, at: number, x: number, y: number, bottom: number): string {
  const isFarRight = x > width - 150
  return `<line class="mark" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${y - 8}" y2="${bottom}"/><text class="said${isFarRight ? ' end' : ''}" x="${(x + (isFarRight ? -5 : 5)).toFixed(1)}" y="${y}">${escaped(name)}, ${inSeconds(at)}</text>`
}

/** Five to ten lines. */
const gridMs = (end: number) => [100, 200, 500, 1000].find((step) => end / step <= 10) ?? 2000

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(ms % 1000 === 0 ? 0 : ms % 100 === 0 ? 1 : 2)} s`

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
