import { readFileSync } from 'node:fs'
import { routes } from '@latchkey/contracts'
import { expect, it } from 'vitest'
import { apiForTest } from './support/api.ts'
import { registered } from './support/people.ts'

interface Panel {
  id: number
  title: string
  type: string
  gridPos: { h: number; w: number; x: number; y: number }
  targets?: { expr: string }[]
}

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const dashboard = JSON.parse(read('docs/grafana-dashboard.json')) as { panels: Panel[] }
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
const alerts = read('docs/alerts.yml')

/** Metrics that nobody looks at over time. */
const withoutPanel = new Set(['process_start_time_seconds'])
/** Prometheus' own. */
const foreign = new Set(['up'])

const namesIn = (text: string) =>
  new Set([...text.matchAll(/\b(?:latchkey|nodejs|process)_[a-z0-9_]+|\bup\b(?=\{)/g)].map(([name]) => name))

/** What a scrape has: names of samples, and of the metrics that they belong to. */
async function scraped() {
  const api = await apiForTest({ environment: { METRICS_PORT: '0' } })
  await registered(api)
  const text = await api.metrics()
  const metrics = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
  }))
  const samples = new Set(
    metrics.flatMap(({ name, type }) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  )
  return { text, metrics, samples }
}

it('every metric that the dashboard or an alert asks for is there', async () => {
  const { samples } = await scraped()
  expect(queries.length).toBeGreaterThan(20)
  for (const asked of [namesIn(queries.join('\n')), namesIn(alerts.replace(/^ *#.*$/gm, ''))]) {
    expect(asked.size).toBeGreaterThan(5)
    expect([...asked].filter((name) => !samples.has(name) && !foreign.has(name))).toEqual([])
  }
})

it('every metric has a panel, or is listed as one without', async () => {
  const { metrics } = await scraped()
  const shown = [...namesIn(queries.join('\n'))]
  const isShown = (name: string) => shown.some((each) => each.replace(/_(bucket|sum|count)$/, '') === name)
  expect(metrics.length).toBeGreaterThan(15)
  expect(metrics.map(({ name }) => name).filter((name) => !isShown(name) && !withoutPanel.has(name))).toEqual(
    [],
  )
  expect([...withoutPanel].filter(isShown)).toEqual([])
})

it('every metric is explained', async () => {
  const { metrics } = await scraped()
  const page = read('docs/operation.md')
  expect(metrics.filter(({ name }) => !page.includes(`\`${name}\``))).toEqual([])
  // And nothing is explained that is not there.
  const explained = [...page.matchAll(/`((?:latchkey|nodejs|process)_[a-z0-9_]+)`/g)].map(([, name]) => name)
  const names = new Set(metrics.map(({ name }) => name))
  expect(explained.filter((name = '') => !names.has(name))).toEqual([])
})

it('every label that is asked for is one of its metric, and so is each value that is named', async () => {
  const { text } = await scraped()
  for (const query of [...queries, alerts]) {
    for (const [, name = '', selector = ''] of query.matchAll(
      /((?:latchkey|nodejs|process)_[a-z0-9_]+)\{([^}]*)\}/g,
    ))
      for (const [, label = '', operator = '', value = ''] of selector.matchAll(
        /(\w+)(=~|!~|!=|=)"([^"]*)"/g,
      )) {
        if (label === 'instance') continue
        const known = new Set(
          [...text.matchAll(new RegExp(`^${name}\\{.*?${label}="([^"]+)"`, 'gm'))].map(
            ([, each = '']) => each,
          ),
        )
        expect(known.size, `${name} has no label ${label}`).toBeGreaterThan(0)
        // Routes and statuses are there once somebody has asked.
        if (operator === '=~' && !['route', 'status'].includes(label))
          expect(value.split('|').filter((each) => !known.has(each))).toEqual([])
      }
  }
})

it('the routes that are named apart are routes', () => {
  const paths = Object.values(routes).map(({ path }) => `/api${path}`)
  const patterns = queries.flatMap((query) =>
    [...query.matchAll(/route[=!]~"([^"]+)"/g)].map(([, each = '']) => each),
  )
  expect(patterns.length).toBeGreaterThan(1)
  for (const pattern of patterns)
    for (const name of pattern.replace(/^\/api\/\(|\).*$/g, '').split('|'))
      expect(
        paths.some((path) => new RegExp(`^/api/${name}$`).test(path)),
        name,
      ).toBe(true)
})

it('no two panels share an id or overlap', () => {
  const { panels } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
})
