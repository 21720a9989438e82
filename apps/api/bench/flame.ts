import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Lab, root, withDatabase } from './lab.ts'
import { connections, load, protectedBy } from './load.ts'
import { populate, type SignedIn } from './people.ts'
import { refreshes } from './scenarios/refresh.ts'

// Where the time of a request goes, drawn from a profile of the built product under load: docs/flame.svg of a protected
// request, docs/flame-refresh.svg of a refresh.

interface Profile {
  nodes: {
    id: number
    callFrame: { functionName: string; url: string; lineNumber: number }
    children?: number[]
  }[]
  samples: number[]
  timeDeltas: number[]
}

interface Frame {
  name: string
  microseconds: number
  callees: Map<string, Frame>
}

const warmUpSeconds = 3
const seconds = 5
const width = 1000
const rowHeight = 17
/** Narrower frames could not be seen. */
const minWidth = 1.5

/** A name may be a whole regular expression. */
const longestName = 80

interface Scene {
  svg: string
  what: string
  /** Asks for it, by these people, for so long. */
  ask(url: string, people: SignedIn[], seconds: number): Promise<unknown>
}

const scenes: Scene[] = [
  {
    svg: 'docs/flame.svg',
    what: 'a protected request',
    ask: (url, people, seconds) =>
      load({ url, requests: protectedBy(people.map(({ accessToken }) => accessToken)), seconds }),
  },
  {
    svg: 'docs/flame-refresh.svg',
    what: 'a refresh',
    ask: (url, people, seconds) => refreshes(url, people, seconds, connections),
  },
]

const lab = new Lab()
try {
  for (const [i, { svg, what, ask }] of scenes.entries()) {
    const folder = join(lab.folder, `profiles-${i}`)
    const uri = await lab.database(`flame_${i}`)
    const product = await lab.product({ MONGO_URI: uri }, ['--cpu-prof', `--cpu-prof-dir=${folder}`])
    const people = await withDatabase(uri, (database) => populate(database, { users: 500 }))
    await ask(product.url, people, warmUpSeconds)
    await ask(product.url, people, seconds)
    await product.stop()
    const [largest = ''] = readdirSync(folder)
      .map((name) => join(folder, name))
      .sort((a, b) => statSync(b).size - statSync(a).size)
    const profile = JSON.parse(readFileSync(largest, 'utf8')) as Profile
    writeFileSync(join(root, svg), draw(fold(profile, what)))
  }
} finally {
  await lab.close()
}

/** Equal stacks together; only the busy time of the measured seconds at the end. */
function fold({ nodes, samples, timeDeltas }: Profile, what: string): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const callers = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const top: Frame = { name: what, microseconds: 0, callees: new Map() }
  let left = timeDeltas.reduce((sum, delta) => sum + delta, 0)
  for (const [i, sample] of samples.entries()) {
    const microseconds = timeDeltas[i] ?? 0
    left -= microseconds
    if (left > seconds * 1e6) continue
    const stack: string[] = []
    for (let id: number | undefined = sample; id !== undefined; id = callers.get(id)) {
      const node = byId.get(id)
      if (node && node.callFrame.functionName !== '(root)') stack.unshift(nameOf(node.callFrame))
    }
    if (stack.at(-1) === '(idle)' || stack.at(-1) === '(program)') continue
    let frame = top
    frame.microseconds += microseconds
    for (const name of stack) {
      const callee = frame.callees.get(name) ?? { name, microseconds: 0, callees: new Map() }
      callee.microseconds += microseconds
      frame.callees.set(name, callee)
      frame = callee
    }
  }
  return top
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const from =
    /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url)?.[1] ?? /^node:[\w/]+/.exec(url)?.[0]
  const place = from ?? (url ? `latchkey:${lineNumber + 1}` : '')
  const name = functionName.length > longestName ? `${functionName.slice(0, longestName)}…` : functionName
  return [name || '(anonymous)', place && `(${place})`].filter(Boolean).join(' ')
}

function draw(top: Frame): string {
  const rects: string[] = []
  let deepest = 0
  const place = (frame: Frame, x: number, depth: number) => {
    const wide = (frame.microseconds / top.microseconds) * width
    if (wide < minWidth) return
    deepest = Math.max(deepest, depth)
    rects.push(rect(frame, x, depth, wide, top.microseconds))
    let at = x
    for (const callee of [...frame.callees.values()].sort((a, b) => b.microseconds - a.microseconds)) {
      place(callee, at, depth + 1)
      at += (callee.microseconds / top.microseconds) * width
    }
  }
  place(top, 0, 0)
  const height = (deepest + 1) * rowHeight + 30
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Where the time of ${top.name} goes">
<style>
  text { font: 10.5px ui-monospace, monospace; fill: #1f2328; pointer-events: none }
  .head { font: 13px system-ui, sans-serif }
  .ours { fill: #8fd3be } .npm { fill: #f3d19e } .node { fill: #c9d7ea } .native { fill: #dcdcdc }
  rect { stroke: #fff; stroke-width: .6 }
  @media (prefers-color-scheme: dark) { .head { fill: #e6edf3 } rect { stroke: #0d1117 } }
</style>
<text class="head" x="4" y="15">Green: Latchkey. Yellow: packages. Blue: Node.js. Grey: the engine and the system. Callers above, width is time.</text>
${rects.join('\n')}
</svg>
`
}

function rect({ name, microseconds }: Frame, x: number, depth: number, wide: number, all: number): string {
  const y = depth * rowHeight + 26
  const kind =
    name.includes('latchkey:') || depth === 0
      ? 'ours'
      : name.includes('(node:')
        ? 'node'
        : / \(/.test(name)
          ? 'npm'
          : 'native'
  const fits = Math.floor((wide - 6) / 6.4)
  const label =
    fits < 3
      ? ''
      : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(name.length > fits ? `${name.slice(0, fits - 1)}…` : name)}</text>`
  return `<g><title>${escaped(name)} ${((100 * microseconds) / all).toFixed(1)} %</title><rect class="${kind}" x="${x.toFixed(1)}" y="${y}" width="${wide.toFixed(1)}" height="${rowHeight - 1}"/>${label}</g>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
