import type { Request, RequestHandler, Response, Router } from 'express'
import type * as z from 'zod/mini'
import type { StepUp } from '../authentication.ts'
import { type Complaint, complaintOf, isComplaintCode } from '../complaints.ts'
import type { FieldError } from '../errors.ts'
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteContract } from '../route-contract.ts'
import { AuthError, complaintAt } from './auth-error.ts'

type Requirement = RouteContract['requires']

/** Requirements that mean there is an access token, so that the handler can be given its claims. */
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
 * Mounts one endpoint from its contract and its handler. The guards follow from the contract's `requires` and `stepUp`. The
 * handler gets parsed input and returns the reply; null is an empty body. Invalid input never reaches the handler: it
 * is answered with AuthError `validation_failed`.
 */
export type Route<Enforced extends Requirement, Claims> = <
  const Contract extends RouteContract & { requires: Enforced },
>(
  router: Router,
  contract: Contract,
  handler: Handler<Contract, Claims>,
) => void

interface Enforcement<Enforced extends Requirement, Claims> {
  guards: Record<Enforced, RequestHandler[]>
  claimsOf: (req: Request) => Claims
  /** Makes the check of a contract's `stepUp` (step-up.ts). */
  stepUp: (demanded: StepUp) => (claims: Claims) => void
}

/**
 * Makes `route` from the guards that enforce each requirement. A contract whose requirement has no guards here does
 * not compile. The lists of guards are in `apps/api/src/guards.ts` and in `sessions/src/express/session-route.ts`.
 */
export function createRoute<Enforced extends Requirement, Claims>({
  guards,
  claimsOf,
  stepUp,
}: Enforcement<Enforced, Claims>): Route<Enforced, Claims> {
  return (router, contract, handler) => {
    const method = contract.method.toLowerCase() as Lowercase<typeof contract.method>
    const checkStepUp = contract.stepUp && stepUp(contract.stepUp)
    router[method](contract.path, ...guards[contract.requires], async (req, res, next) => {
      // Express 4 does not catch errors that are thrown asynchronously.
      try {
        const params = (contract.params && parse(contract.params, req.params)) as never
        const query = (contract.query && parse(contract.query, req.query)) as never
        const body = (contract.body && parse(contract.body, req.body)) as never
        const claims = (hasToken(contract.requires, req) ? claimsOf(req) : undefined) as never
        // After the input: nobody is asked to confirm what will not be done anyway.
        if (contract.stepUpFor?.(body) ?? true) checkStepUp?.(claims)
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

function complaints(issue: z.core.$ZodIssue): (FieldError & Complaint)[] {
  // Of several shapes, the one that was nearly met.
  if (issue.code === 'invalid_union')
    return (issue.errors.toSorted((a, b) => a.length - b.length)[0] ?? []).flatMap(complaints)
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => complaintAt(key.slice(0, 64), { code: 'field_unknown' }))
  if (path === '') return [complaintAt(path, { code: 'body_malformed' })]
  // What is in no list says it in the words of the schema.
  const own = isComplaintCode(issue.message) ? undefined : issue.message
  return [complaintAt(path, complaintOf(issue), own)]
}
