import type { ErrorCode } from '../../errors.ts'
import { OAuthErrorSchema, ProblemSchema } from '../../errors.ts'
import { isRole } from '../../roles.ts'
import type { RouteContract } from '../../route-contract.ts'
import { AuthError } from '../auth-error.ts'
import { problemOf } from '../problem.ts'
import { givesCookies, type responseHeaders } from './headers.ts'
import type { JsonSchema, Schemas } from './schemas.ts'

type HeaderName = keyof typeof responseHeaders

/** A response, or where it stands. */
export type DescribedResponse = Response | { $ref: string }

export interface Response {
  description: string
  headers?: Record<string, { $ref: string }>
  content?: Record<string, { schema: JsonSchema }>
}

/** What every operation can answer, whatever it does. */
const always: ErrorCode[] = ['internal_error', 'database_unavailable', 'overloaded']
/** What is answered to a body that is not even looked at. */
const ofBodies: ErrorCode[] = [
  'cross_site_request',
  'malformed_json',
  'bad_request',
  'payload_too_large',
  'unsupported_media_type',
  'unsupported_encoding',
]
/** An OAuth client is told of the others in the shape that it knows. */
const ofOAuthBodies: ErrorCode[] = ['cross_site_request', 'payload_too_large', 'unsupported_encoding']
/** What comes of them is kept in cookies, so a page has to be on our site. */
const signInPaths = /^\/(?:login|register)(?:\/|$)/
const ofTokens: ErrorCode[] = ['access_token_invalid', 'access_token_expired', 'access_token_revoked']

/** The codes of an operation: those of its contract, and those that follow from what it requires and takes. */
export function codesOf({
  method,
  path,
  params,
  requires,
  stepUp,
  errors,
  oauth,
}: RouteContract): ErrorCode[] {
  const codes = new Set<ErrorCode>(errors)
  const add = (more: readonly ErrorCode[]) => {
    for (const code of more) codes.add(code)
  }
  if (method !== 'GET') add(oauth ? ofOAuthBodies : ofBodies)
  if (signInPaths.test(path)) add(['cross_site_page'])
  if (params) add(['bad_request'])
  if (requires === 'accessToken' || isRole(requires)) add(['access_token_missing'])
  if (requires === 'accessToken' || isRole(requires) || requires === 'accessTokenIfAny') add(ofTokens)
  if (isRole(requires)) add(['forbidden'])
  // A second factor may be asked, wherever the operator wants one of people with that role.
  if (stepUp || isRole(requires)) add(['step_up_required'])
  add(always)
  return [...codes]
}

/** Refusals that nearly every operation has, by the name that they have in the document. */
const usual: Record<string, ErrorCode[]> = {
  PayloadTooLarge: ['payload_too_large'],
  UnsupportedMediaType: ['unsupported_media_type', 'unsupported_encoding'],
  InternalError: ['internal_error'],
  Unavailable: ['database_unavailable', 'overloaded'],
}

export const usualResponses = (schemas: Schemas): Record<string, Response> =>
  Object.fromEntries(Object.entries(usual).map(([name, codes]) => [name, refusal(codes.map(known), schemas)]))

/** Every answer of an operation, by its status. */
export function responsesOf(contract: RouteContract, schemas: Schemas): Record<string, DescribedResponse> {
  const responses: Record<string, DescribedResponse> = {}
  const { status, reply, also = {} } = contract
  for (const [each, schema] of Object.entries({ [status]: reply, ...also }))
    responses[each] = {
      description: schema ? 'Done.' : 'Done; there is nothing to say.',
      ...headersOf([
        ...(givesCookies(contract) && schema === reply ? (['SetCookie'] as const) : []),
        ...(isLimited(contract) ? (['RateLimit', 'RateLimitPolicy'] as const) : []),
      ]),
      ...(schema && { content: { 'application/json': { schema: schemas.ofOutput(schema) } } }),
    }
  if (contract.oauth)
    responses[400] = {
      description: 'Refused, in the shape of RFC 6749 §5.2.',
      content: { 'application/json': { schema: schemas.ofOutput(OAuthErrorSchema) } },
    }
  const problems = codesOf(contract).map(known)
  for (const each of new Set(problems.map(({ status }) => status)))
    responses[each] = described(
      problems.filter((problem) => problem.status === each),
      schemas,
    )
  return responses
}

function described(problems: Known[], schemas: Schemas): DescribedResponse {
  const codes = String(problems.map(({ code }) => code))
  const name = Object.keys(usual).find((each) => String(usual[each]) === codes)
  return name ? { $ref: `#/components/responses/${name}` } : refusal(problems, schemas)
}

interface Known {
  code: ErrorCode
  status: number
  detail: string
}

const known = (code: ErrorCode): Known => problemOf(new AuthError(code))

const isLimited = ({ errors }: RouteContract) => errors.includes('rate_limited')

/** Of problems that have one status. */
function refusal(problems: Known[], schemas: Schemas): Response {
  const status = problems[0]?.status
  const codes = problems.map(({ code }) => code)
  const only = { type: 'object', properties: { code: { enum: codes } }, required: ['code'] }
  return {
    description: problems.map(({ code, detail }) => `- \`${code}\`: ${detail}`).join('\n'),
    ...headersOf([
      ...(status === 401 ? (['WWWAuthenticate'] as const) : []),
      ...(status === 429 || status === 503 ? (['RetryAfter'] as const) : []),
      ...(status === 429 ? (['RateLimit', 'RateLimitPolicy'] as const) : []),
    ]),
    content: {
      'application/problem+json': { schema: { allOf: [schemas.ofOutput(ProblemSchema), only] } },
    },
  }
}

const fieldNames: Record<HeaderName, string> = {
  SetCookie: 'Set-Cookie',
  RateLimit: 'RateLimit',
  RateLimitPolicy: 'RateLimit-Policy',
  RetryAfter: 'Retry-After',
  WWWAuthenticate: 'WWW-Authenticate',
}

function headersOf(names: HeaderName[]): Pick<Response, 'headers'> {
  if (names.length === 0) return {}
  return {
    headers: Object.fromEntries(
      names.map((name) => [fieldNames[name], { $ref: `#/components/headers/${name}` }]),
    ),
  }
}
