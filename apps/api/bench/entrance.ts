import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launchChromium } from '../../web/e2e/support/chromium.ts'
import { loadEntrance, slowPage } from './browser.ts'
import { type Block, drawLoad, type Kind, type Request } from './entrance-chart.ts'
import { Lab, root } from './lab.ts'

// What happens until somebody can sign in: docs/entrance.svg, drawn from one load of the sign-in page on a slow phone.

/** Of Chromium's trace. Times are microseconds on a clock of its own. */
interface TraceEvent {
  name: string
  ph: string
  ts: number
  dur?: number
  pid: number
  tid: number
  args?: { data?: { isOutermostMainFrame?: boolean; documentLoaderURL?: string } }
}

interface Timing {
  name: string
  startTime: number
  responseStart: number
  responseEnd: number
}

const kinds: Record<string, Kind> = {
  ParseHTML: 'parse',
  ParseAuthorStyleSheet: 'parse',
  'v8.compile': 'compile',
  'v8.compileModule': 'compile',
  'V8.CompileCode': 'compile',
  EvaluateScript: 'evaluate',
  'v8.evaluateModule': 'evaluate',
  FunctionCall: 'run',
  TimerFire: 'run',
  RunMicrotasks: 'run',
  UpdateLayoutTree: 'layout',
  Layout: 'layout',
  PrePaint: 'layout',
  Paint: 'layout',
  Layerize: 'layout',
  Commit: 'layout',
}

const lab = new Lab()
try {
  const product = await lab.product({})
  const browser = await launchChromium()
  const page = await slowPage(browser)
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8', 'blink.user_timing'] })
  const { lcp, works } = await loadEntrance(page, product.url)
  const paint = Number(
    await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0]?.startTime'),
  )
  const timings = JSON.parse(await page.evaluate(readTimings())) as Timing[]
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[]
  }
  await browser.close()
  await product.stop()
  const picture = drawLoad({
    requests: timings.filter(({ startTime }) => startTime < works).map(requestOf),
    blocks: blocksOf(traceEvents),
    marks: [
      { name: 'first paint', at: paint },
      { name: 'largest paint', at: lcp },
      { name: 'the button works', at: works },
    ],
  })
  writeFileSync(join(root, 'docs/entrance.svg'), picture)
} finally {
  await lab.close()
}

/** As text, because what compiles this file knows nothing of a page. */
function readTimings(): string {
  return `JSON.stringify(
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map(({ name, startTime, responseStart, responseEnd }) => ({ name, startTime, responseStart, responseEnd })))`
}

/** Without what changes with each build and each run: the hash in a name, the port. */
function requestOf({ name, startTime, responseStart, responseEnd }: Timing): Request {
  const { pathname } = new URL(name)
  const file = pathname.replace(/^\/assets\//, '').replace(/-[\w-]{8}(\.\w+)$/, '$1')
  return { name: file, from: startTime, answered: responseStart, to: responseEnd }
}

/** What the page's main thread did, and no two at the same time: what one caused counts as its own. */
function blocksOf(events: TraceEvent[]): Block[] {
  const start = events.find(
    ({ name, args }) => name === 'navigationStart' && args?.data?.documentLoaderURL?.endsWith('/login'),
  )
  if (!start) throw new Error('The trace has no page in it')
  const done = events
    .filter(
      ({ ph, pid, tid, ts, name }) =>
        ph === 'X' && pid === start.pid && tid === start.tid && ts >= start.ts && kinds[name],
    )
    .map(({ name, ts, dur = 0 }) => ({
      kind: kinds[name] as Kind,
      from: (ts - start.ts) / 1000,
      to: (ts + dur - start.ts) / 1000,
    }))
    .sort((a, b) => a.from - b.from || b.to - a.to)

  const blocks: Block[] = []
  const open: Block[] = []
  let at = 0
  const pass = (until: number) => {
    const inner = open.at(-1)
    if (inner && until > at) blocks.push({ kind: inner.kind, from: at, to: until })
    at = Math.max(at, until)
  }
  const close = (until: number) => {
    for (let inner = open.at(-1); inner && inner.to <= until; inner = open.at(-1)) {
      pass(inner.to)
      open.pop()
    }
  }
  for (const block of done) {
    close(block.from)
    pass(block.from)
    open.push(block)
  }
  close(Number.POSITIVE_INFINITY)
  return blocks
}
