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
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return nearlyMet(issue)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => complaintAt(dotted([...issue.path, key]), { code: 'field_unknown' }))
  const path = dotted(issue.path)
  if (path === '') return [complaintAt(path, { code: 'body_malformed' })]
  // What is in no list says it in the words of the schema.
  const own = isComplaintCode(issue.message) ? undefined : issue.message
  return [complaintAt(path, complaintOf(issue), own)]
}

/** Keys may be a stranger's, and as long as the body. */
const dotted = (path: PropertyKey[]) => path.map((key) => String(key).slice(0, 64)).join('.')

/** Of several shapes, what is wrong with the one that was nearly met. */
function nearlyMet({ errors, path }: z.core.$ZodIssueInvalidUnion): (FieldError & Complaint)[] {
  const shapes = errors.map((issues) => {
    // What is wrong within a union is told from there.
    const told = issues.flatMap((inner) => complaints({ ...inner, path: [...path, ...inner.path] }))
    const countOf = (code: Complaint['code']) => told.filter((complaint) => complaint.code === code).length
    // A text in place of an object knows none of its keys. Of shapes as near, one that says it in words of ours.
    const distance = [
      Number(issues.some(isOfAnotherKind)),
      countOf('field_unknown'),
      told.length,
      countOf('value_malformed'),
    ]
    return { told, distance }
  })
  const further = (a: number[], b: number[]) => a.map((far, i) => far - (b[i] ?? 0)).find(Boolean) ?? 0
  return shapes.toSorted((a, b) => further(a.distance, b.distance))[0]?.told ?? []
}

const isOfAnotherKind = ({ code, path }: z.core.$ZodIssue) =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
