import type { BodyOf, FieldError, ParamsOf, QueryOf, ReplyOf, RouteContract } from '@latchkey/contracts'
import type { Request, RequestHandler, Response, Router } from 'express'
import type * as z from 'zod/mini'
import { AuthError } from '../auth-error.ts'
import { isAuthenticate } from './authenticate.ts'

interface Exchange<Route extends RouteContract> {
  params: ParamsOf<Route>
  query: QueryOf<Route>
  req: Request
  res: Response
}

type Handler<Route extends RouteContract> = (
  body: BodyOf<Route>,
  exchange: Exchange<Route>,
) => ReplyOf<Route> | null | Promise<ReplyOf<Route> | null>

/**
 * Mounts one endpoint: its contract, its guards, its handler. The handler gets a parsed body and returns the reply;
 * null is an empty body. Throws AuthError `validation_failed` before the handler sees anything wrong, and Error when a
 * contract that requires an access token is mounted without the guard for it.
 */
export function route<const Route extends RouteContract>(
  router: Router,
  contract: Route,
  guards: RequestHandler[],
  handler: Handler<Route>,
): void {
  const needsToken = contract.requires === 'accessToken' || contract.requires === 'admin'
  if (needsToken && !guards.some(isAuthenticate))
    throw new Error(
      `${contract.method} ${contract.path} requires an access token and is mounted without authenticate.`,
    )
  const method = contract.method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete'
  router[method](contract.path, ...guards, async (req, res) => {
    const params = (contract.params && parse(contract.params, req.params)) as ParamsOf<Route>
    const query = (contract.query && parse(contract.query, req.query)) as QueryOf<Route>
    const body = (contract.body && parse(contract.body, req.body)) as BodyOf<Route>
    // A handler that has something better to say (204) sets its own status.
    res.status(contract.status)
    const reply = await handler(body, { params, query, req, res })
    if (reply === null) res.end()
    else res.json(reply)
  })
}

/** Parses what a stranger sent, or throws AuthError `validation_failed` with a complaint for each field. */
export function parse<Schema extends z.ZodMiniType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new AuthError('validation_failed', { errors: parsed.error.issues.flatMap(complaints) })
}

function complaints(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: key.slice(0, 64), message: 'This field is not known here.' }))
  if (path === '') return [{ path, message: 'Send a JSON object.' }]
  return [{ path, message: issue.message }]
}
