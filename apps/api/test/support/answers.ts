import type { Server, ServerResponse } from 'node:http'
import { apiPrefix, demoRoutes, type RouteContract, routes } from '@latchkey/contracts'
import { openApiDocument } from '@latchkey/contracts/openapi'
import { complain } from './answer-complaints.ts'
import { answerProblem } from './answer-schemas.ts'

const contracts: Record<string, RouteContract> = { ...routes, ...demoRoutes }
/** The API's own document, but for names that nobody here looks at. */
export const document = openApiDocument({
  title: 'Under test',
  version: '0',
  server: apiPrefix,
  refreshCookie: 'refreshToken',
  contracts,
})

/** So many answers of one operation with one status and code are looked into; those after them are much the same. */
const samples = 3
const seen = new Map<string, number>()

/**
 * Compares every answer of an API under test with the document. `answers.setup.ts` fails the test that was running.
 * `demo`: it has the routes of development.
 */
export function watchAnswers(server: Server, { demo }: { demo: boolean }): void {
  // Before the application, which takes the address apart.
  server.prependListener('request', ({ method = '', url = '' }, res) => {
    const operation = operationAt(method, url.split('?', 1)[0] ?? '')
    if (!operation || (operation.demo && !demo)) return
    const sent = keepBody(res)
    res.once('finish', () => judge(operation, res, sent))
  })
}

interface Found {
  /** As people write it: `POST /login`. */
  name: string
  /** Of development alone. */
  demo: boolean
  /** Of `document.paths`. */
  path: string
  method: string
}

function judge({ name, path, method }: Found, res: ServerResponse, sent: Buffer[]): void {
  const { statusCode } = res
  const text = () => Buffer.concat(sent).toString()
  const code = statusCode < 400 ? '' : (/"code":"(\w+)"/.exec(text())?.[1] ?? '')
  const key = `${name} ${statusCode} ${code}`
  const count = seen.get(key) ?? 0
  if (count >= samples) return
  const type = String(res.getHeader('content-type') ?? '').split(';', 1)[0] ?? ''
  const wrong = answerProblem(document, { path, method, status: statusCode, type, text: text() })
  if (wrong === null) seen.set(key, count + 1)
  else complain(`${name} answered ${statusCode} ${code}: ${wrong}`)
}

const literal = new Map<string, Found>()
const withParams: { method: string; pattern: RegExp; found: Found }[] = []
for (const [name, { method, path }] of Object.entries(contracts)) {
  const found = {
    name: `${method} ${path}`,
    demo: name in demoRoutes,
    path: path.replace(/:(\w+)/g, '{$1}'),
    method: method.toLowerCase(),
  }
  const pattern = new RegExp(`^${apiPrefix}${path.replace(/:\w+/g, '[^/]+')}$`)
  if (path.includes(':')) withParams.push({ method, pattern, found })
  else literal.set(`${method} ${apiPrefix}${path}`, found)
}

const operationAt = (method: string, path: string): Found | undefined =>
  literal.get(`${method} ${path}`) ??
  withParams.find((each) => each.method === method && each.pattern.test(path))?.found

/** Resolves into what is sent, as it is sent. */
function keepBody(res: ServerResponse): Buffer[] {
  const sent: Buffer[] = []
  const { write, end } = res
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string') sent.push(Buffer.from(chunk))
    else if (chunk instanceof Uint8Array) sent.push(Buffer.from(chunk))
  }
  res.write = (...chunk: unknown[]) => {
    keep(chunk[0])
    return write.apply(res, chunk as never)
  }
  res.end = (...chunk: unknown[]) => {
    keep(chunk[0])
    return end.apply(res, chunk as never)
  }
  return sent
}
