import type * as z from 'zod/mini'
import { secondsIn } from '../../authentication.ts'
import { isRole } from '../../roles.ts'
import type { RouteContract } from '../../route-contract.ts'
import { areaOf } from './areas.ts'
import { requestHeaders, requestHeadersOf, responseHeaders } from './headers.ts'
import { type DescribedResponse, type Response, responsesOf, usualResponses } from './responses.ts'
import { createSchemas, type JsonSchema, type Schemas } from './schemas.ts'

interface Described {
  /** What the API is called, in words. */
  title: string
  version: string
  /** Where its paths begin: `https://app.example.com/api`, or `/api` where no origin is known. */
  server: string
  /** The name of the cookie that holds the refresh token. */
  refreshCookie: string
  /** By the name that becomes the operation's id. */
  contracts: Record<string, RouteContract>
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  security: Record<string, string[]>[]
  parameters?: object[]
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, DescribedResponse>
}

export interface OpenApiDocument {
  openapi: string
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    responses: Record<string, Response>
    parameters: object
    headers: object
    securitySchemes: object
  }
}

const description = `Errors are problem documents (RFC 9457); decide by their \`code\`. Before an operation is reached, an
unknown path is a 404 \`not_found\`, a wrong method a 405 with \`Allow\`, and headers of more than 16 kB a 431. Every answer
has an \`X-Request-Id\`, the caller's own if one was sent. Newer servers may add members to answers and codes to errors.`

/** The OpenAPI 3.1 document of a table of contracts. A new contract needs nothing here. */
export function openApiDocument({
  title,
  version,
  server,
  refreshCookie,
  contracts,
}: Described): OpenApiDocument {
  const schemas = createSchemas()
  const responses = usualResponses(schemas)
  const paths: OpenApiDocument['paths'] = {}
  const areas = new Set<string>()
  for (const [name, contract] of Object.entries(contracts)) {
    const operation = operationOf(name, contract, schemas)
    for (const area of operation.tags) areas.add(area)
    const path = contract.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operation }
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    servers: [{ url: server }],
    tags: [...areas].map((area) => ({ name: area })),
    paths,
    components: {
      schemas: schemas.components,
      responses,
      parameters: requestHeaders,
      headers: responseHeaders,
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The `accessToken` of a sign-in or a refresh.',
        },
        refreshToken: {
          type: 'apiKey',
          in: 'cookie',
          name: refreshCookie,
          description:
            'Set by a sign-in, and replaced by each refresh. Clients without cookies send it in the body instead.',
        },
      },
    },
  }
}

function operationOf(name: string, contract: RouteContract, schemas: Schemas): Operation {
  const parameters = [
    ...parametersOf(contract.params, 'path', schemas),
    ...parametersOf(contract.query, 'query', schemas),
    ...requestHeadersOf(contract).map((header) => ({ $ref: `#/components/parameters/${header}` })),
  ]
  const asks = demandsOf(contract)
  return {
    operationId: name,
    tags: [areaOf(contract.path)],
    summary: contract.summary,
    ...(asks.length > 0 && { description: asks.join(' ') }),
    security: securityOf(contract),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(contract, schemas),
    responses: responsesOf(contract, schemas),
  }
}

function demandsOf({ requires, stepUp }: RouteContract): string[] {
  const within = stepUp?.within && `of the last ${secondsIn(stepUp.within) / 60} minutes`
  const strength = stepUp?.acr && 'by several factors'
  return [
    ...(requires === 'admin'
      ? ['For administrators.']
      : isRole(requires)
        ? [`For people with the role \`${requires}\`.`]
        : []),
    ...(stepUp
      ? [
          `Asks for a sign-in ${[within, strength].filter(Boolean).join(', ')}. Otherwise it is a 401`,
          '`step_up_required` (RFC 9470): confirm at `POST /reauthenticate`, and send it again.',
        ]
      : []),
  ]
}

function securityOf({ requires }: RouteContract): Operation['security'] {
  if (requires === 'nothing') return []
  if (requires === 'refreshToken') return [{ refreshToken: [] }, {}]
  if (requires === 'accessTokenIfAny') return [{ accessToken: [] }, {}]
  return [{ accessToken: [] }]
}

function parametersOf(
  schema: z.ZodMiniType | undefined,
  place: 'path' | 'query',
  schemas: Schemas,
): object[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemas.ofInput(schema)
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
  }))
}

function bodyOf({ body, oauth }: RouteContract, schemas: Schemas): Pick<Operation, 'requestBody'> {
  if (!body) return {}
  const content = { schema: schemas.ofInput(body) }
  return {
    requestBody: {
      required: !body.safeParse(undefined).success,
      content: {
        'application/json': content,
        ...(oauth && { 'application/x-www-form-urlencoded': content }),
      },
    },
  }
}
