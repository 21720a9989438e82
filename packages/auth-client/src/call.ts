import type { CallOf, ReplyOf, RouteContract } from '@latchkey/contracts'
import type { Axios } from 'axios'
import { fromAnswer, toAuthError } from './auth-error.ts'

export type CallOptions<Route extends RouteContract> = CallOf<Route> & { signal?: AbortSignal }

/**
 * A typed call of any route of the contract.
 * @throws AuthError; TypeError, before anything is sent, when a parameter of the path is missing, empty, `.` or `..`
 */
export type Call = <Route extends RouteContract>(
  route: Route,
  ...options: OptionsOf<Route>
) => Promise<ReplyOf<Route>>

type OptionsOf<Route extends RouteContract> =
  Record<never, never> extends CallOptions<Route>
    ? [options?: CallOptions<Route>]
    : [options: CallOptions<Route>]

/** What `Call` narrows down to what a route needs. */
export interface AnyCallOptions {
  params?: Record<string, unknown>
  body?: unknown
  query?: unknown
  signal?: AbortSignal
  /** false: nobody is asked to confirm who they are for it. */
  confirm?: boolean
}

/** A call with everything unpacked: sends it with `http`, and answers with the reply. Throws as `Call` does. */
export async function callRoute(
  http: Axios,
  route: RouteContract,
  { params = {}, body, query, signal, confirm = true }: AnyCallOptions = {},
): Promise<unknown> {
  const url = addressOf(route, params)
  try {
    const answer = await http.request<unknown>({
      method: route.method,
      url,
      params: query,
      data: body ?? emptyBodyOf(route),
      authenticate: route.requires !== 'nothing',
      confirm,
      ...(signal && { signal }),
    })
    const { [answer.status]: reply = route.reply } = route.also ?? {}
    if (reply && !isReply(reply, answer.data)) throw fromAnswer(answer)
    return answer.data
  } catch (error) {
    throw toAuthError(error)
  }
}

/**
 * Whether an answer has the shape that its contract promises. A newer server may say more than this page knows: another
 * member, another word where a few are known.
 */
function isReply(schema: NonNullable<RouteContract['reply']>, data: unknown): boolean {
  const { error } = schema.safeParse(data)
  return !error?.issues.some(
    ({ code, path }) => code !== 'invalid_value' || typeof at(data, path) !== 'string',
  )
}

const at = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce(
    (value: unknown, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    data,
  )

/**
 * The path with its parameters filled in. An empty one would name another route (`DELETE /sessions/` ends all others),
 * and so would one that a browser takes for a step up.
 */
function addressOf({ method, path }: RouteContract, params: Record<string, unknown>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name]
    if ((typeof value === 'string' || typeof value === 'number') && !/^\.{0,2}$/.test(`${value}`)) {
      return encodeURIComponent(value)
    }
    throw new TypeError(`${method} ${path} needs a "${name}" that is neither empty nor a dot.`)
  })
}

/** Where all members of a body may be missing, so may the body; the server still reads one. */
function emptyBodyOf({ body }: RouteContract) {
  return body && !body.safeParse(undefined).success && body.safeParse({}).success ? {} : undefined
}
