import type * as z from 'zod/mini'
import type { StepUp } from './authentication.ts'
import type { ErrorCode } from './errors.ts'
import type { CheckedParams } from './path-params.ts'
import type { SpecialRole } from './roles.ts'

/** What one endpoint takes and answers. The server mounts it, the client calls it, the OpenAPI document describes it. */
export interface RouteContract {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api`, with Express parameters: `/sessions/:id`. */
  path: string
  summary: string
  /**
   * Who may call: anybody, somebody with an access token or a refresh token, or with one of the `roles`. `accessTokenIfAny`:
   * anybody, and whoever is signed in says so.
   */
  requires: 'nothing' | 'accessTokenIfAny' | 'accessToken' | 'refreshToken' | SpecialRole
  /** How lately, or how strongly, its caller must have signed in. Only where an access token is required. */
  stepUp?: StepUp
  /** Of which bodies that is asked. Default: of all. */
  stepUpFor?: (body: never) => boolean
  body?: z.ZodMiniType
  query?: z.ZodMiniType
  params?: z.ZodMiniType
  /** Status and body of a successful answer. `null` is an empty body. */
  status: number
  reply: z.ZodMiniType | null
  /** Other answers that are no errors, by their status. */
  also?: Record<number, z.ZodMiniType | null>
  /** For OAuth clients: the body may be a form, and a 400 has the shape of RFC 6749 §5.2. */
  oauth?: true
  errors: readonly ErrorCode[]
}

/**
 * Keeps the literal types of a contract and checks its shape. Its `params` must match its path, and step-up needs an access
 * token.
 */
export const contract = <const Route extends RouteContract>(
  route: Route & CheckedParams<Route> & CheckedStepUp<Route>,
): Route => route

type CheckedStepUp<Route extends RouteContract> = Route['requires'] extends 'accessToken' | SpecialRole
  ? unknown
  : { stepUp?: undefined }

/** The body as a handler gets it, parsed. */
export type BodyOf<Route extends RouteContract> = Route extends { body: infer Schema extends z.ZodMiniType }
  ? z.output<Schema>
  : undefined

/** The body as a caller sends it. */
export type BodyInputOf<Route extends RouteContract> = Route extends {
  body: infer Schema extends z.ZodMiniType
}
  ? z.input<Schema>
  : undefined

export type ParamsOf<Route extends RouteContract> = Route extends {
  params: infer Schema extends z.ZodMiniType
}
  ? z.output<Schema>
  : undefined

export type QueryOf<Route extends RouteContract> = Route extends { query: infer Schema extends z.ZodMiniType }
  ? z.output<Schema>
  : undefined

export type QueryInputOf<Route extends RouteContract> = Route extends {
  query: infer Schema extends z.ZodMiniType
}
  ? z.input<Schema>
  : undefined

/** What it answers, by whichever status. */
export type ReplyOf<Route extends RouteContract> = OutputOf<
  Route['reply'] | (Route extends { also: infer Also } ? Exclude<Also[keyof Also], null> : never)
>

type OutputOf<Schema> = Schema extends z.ZodMiniType ? z.output<Schema> : undefined
