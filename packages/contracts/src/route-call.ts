import type * as z from 'zod/mini'
import type { PathParamOf } from './path-params.ts'
import type { BodyInputOf, QueryInputOf, RouteContract } from './route-contract.ts'

/**
 * What a caller passes to a route: `params` (a string for every parameter of the path), `body` and `query`. Each of
 * the three is required if anything in it is required, and optional otherwise.
 */
export type CallOf<Route extends RouteContract> = Part<
  'params',
  PathParamOf<Route['path']>,
  Record<PathParamOf<Route['path']>, string>
> &
  Part<'body', Demanded<Route, 'body'>, BodyInputOf<Route>> &
  Part<'query', Demanded<Route, 'query'>, QueryInputOf<Route>>

type Part<Name extends string, Needed extends string, Value> = [Needed] extends [never]
  ? { [Key in Name]?: Value }
  : string extends Needed
    ? { [Key in Name]?: Value }
    : { [Key in Name]: Value }

// Distributes over a union of routes: if any of them requires this part, it is required.
type Demanded<Route extends RouteContract, Name extends 'body' | 'query'> = Route extends {
  [Key in Name]: infer Schema extends z.ZodMiniType
}
  ? undefined extends z.input<Schema>
    ? never
    : Record<never, never> extends z.input<Schema>
      ? never
      : Name
  : never
