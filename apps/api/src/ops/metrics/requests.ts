import { errorCodes } from '@latchkey/contracts'
import type { EndedRequest } from '../../http/request-log.ts'
import type { Metrics, Series } from './registry.ts'

/** From a protected route, below a millisecond, to a sign-in that waits for its hash. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const classes = ['1xx', '2xx', '3xx', '4xx', '5xx']

/** Rate, errors and duration of each route. Returns what is to be told of each request that has ended. */
export function requestMetrics(metrics: Metrics): (ended: EndedRequest) => void {
  const seriesOf = metrics.histogram(
    'latchkey_http_request_duration_seconds',
    'How long requests took, from their headers to the end of their answer, by route and how they ended',
    { labels: ['method', 'route', 'status'], bounds },
  )
  const problems = metrics.counter(
    'latchkey_problems_total',
    'Requests that ended with a problem, by its code',
    'code',
    errorCodes,
  )
  // Maps in a map: one text made of all three would have to be made, and hashed, for each request.
  const routes = new Map<string, Map<string, Map<string, Series>>>()

  return ({ method, route, status, end, code, durationMs }) => {
    const ofRoute = routes.get(route) ?? added(routes, route, new Map<string, Map<string, Series>>())
    const verb = methods.has(method) ? method : 'other'
    const ofMethod = ofRoute.get(verb) ?? added(ofRoute, verb, new Map<string, Series>())
    const label = labelOf(status, end)
    const series = ofMethod.get(label) ?? added(ofMethod, label, seriesOf(verb, route, label))
    series.observe(durationMs / 1000)
    if (code !== undefined) problems.inc({ code })
  }
}

/** The class of the status, unless not all of the answer arrived; what failed half way is the server's fault. */
function labelOf(status: number, end: EndedRequest['end']): string {
  if (end === 'cut_off') return '5xx'
  if (end === 'aborted') return 'aborted'
  return classes[Math.floor(status / 100) - 1] ?? '5xx'
}

function added<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  map.set(key, value)
  return value
}
