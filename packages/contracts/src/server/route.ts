import type { Request, RequestHandler, Response, Router } from 'express'
import type * as z from 'zod/mini'
import type { FieldError } from '../errors.ts'
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteContract } from '../route-contract.ts'
import { AuthError } from './auth-error.ts'

type Requirement = RouteContract['requires']

/** Requirements that an access token fulfils, so that there are claims to hand to the handler. */
type WithToken = Exclude<Requirement, 'nothing' | 'refreshToken'>

interface Exchange<Contract extends RouteContract, Claims> {
  params: ParamsOf<Contract>
  query: QueryOf<Contract>
  /** Of the access token, where the contract requires one, or takes one and it was sent. */
  claims: Contract['requires'] extends 'accessTokenIfAny'
    ? Claims | undefined
    : Contract['requires'] extends WithToken
      ? Claims
      : undefined
  req: Request
  res: Response
}

type Handler<Contract extends RouteContract, Claims> = (
  body: BodyOf<Contract>,
  exchange: Exchange<Contract, Claims>,
) => ReplyOf<Contract> | null | Promise<ReplyOf<Contract> | null>

/**
 * Mounts one endpoint: its contract and its handler. The guards follow from what the contract requires. The handler gets
 * parsed input and returns the reply; null is an empty body. Throws AuthError `validation_failed` before the handler sees
 * anything wrong.
 */
export type Route<Enforced extends Requirement, Claims> = <
  const Contract extends RouteContract & { requires: Enforced },
>(
  router: Router,
  contract: Contract,
  handler: Handler<Contract, Claims>,
) => void

/**
 * Makes `route` from the guards that enforce each requirement. A requirement without an entry cannot be mounted: it does
 * not compile.
 */
export function createRoute<Enforced extends Requirement, Claims>(
  guards: Record<Enforced, RequestHandler[]>,
  claimsOf: (req: Request) => Claims,
): Route<Enforced, Claims> {
  return (router, contract, handler) => {
    const method = contract.method.toLowerCase() as Lowercase<typeof contract.method>
    router[method](contract.path, ...guards[contract.requires], async (req, res, next) => {
      // Caught here, for Express 4 catches nothing that is thrown later.
      try {
        const params = (contract.params && parse(contract.params, req.params)) as never
        const query = (contract.query && parse(contract.query, req.query)) as never
        const body = (contract.body && parse(contract.body, req.body)) as never
        const claims = (hasToken(contract.requires, req) ? claimsOf(req) : undefined) as never
        // A handler that has something better to say (204) sets its own status.
        res.status(contract.status)
        const reply = await handler(body, { params, query, claims, req, res })
        if (reply === null) res.end()
        else res.json(reply)
      } catch (error) {
        next(error)
      }
    })
  }
}

const hasToken = (requires: Requirement, { headers }: Request) =>
  requires === 'accessTokenIfAny'
    ? headers.authorization !== undefined
    : requires !== 'nothing' && requires !== 'refreshToken'

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
