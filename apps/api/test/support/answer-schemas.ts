import type { OpenApiDocument } from '@latchkey/contracts/openapi'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Answer {
  /** As the document has them: `/sessions/{id}`, `patch`. */
  path: string
  method: string
  status: number
  /** The media type, without parameters; empty without one. */
  type: string
  text: string
}

type Json = Record<string, unknown>

let ajv: Ajv2020 | undefined
const validators = new Map<string, ValidateFunction>()

/** What an answer has that the document does not say, as half a sentence; null where it says all of it. */
export function answerProblem(document: OpenApiDocument, answer: Answer): string | null {
  const { path, method, status, type, text } = answer
  const described = document.paths[path]?.[method]?.responses[status]
  if (!described) return 'its contract lists no such status.'
  const response =
    '$ref' in described ? document.components.responses[described.$ref.replace(/^.*\//, '')] : described
  if (!response?.content) return text === '' ? null : 'its contract says there is no body.'
  const schema = response.content[type]?.schema
  if (!schema) return `its contract says nothing of ${type || 'an answer without a type'}.`

  const body = parsed(text)
  // All problems have one shape, and each operation its codes: one validator will do.
  const codes = codesIn(schema)
  if (codes && !codes.includes((body as Json | null)?.code)) return 'its contract does not list that code.'
  const validate = codes
    ? validatorOf(document, 'problem', { $ref: '#/components/schemas/Problem' })
    : validatorOf(document, `${method} ${path} ${status}`, schema)
  if (validate(body)) return null
  return `${ajv?.errorsText(validate.errors, { dataVar: 'the answer' })} (its contract says otherwise).`
}

/** Of a problem document in an operation; undefined for every other schema. */
const codesIn = ({ allOf }: Json): unknown[] | undefined =>
  (allOf as { properties?: { code: { enum: unknown[] } } }[] | undefined)?.[1]?.properties?.code.enum

/** Made when an answer is first seen: few test files see many of them. */
function validatorOf(document: OpenApiDocument, key: string, schema: Json): ValidateFunction {
  const known = validators.get(key)
  if (known) return known
  if (!ajv) {
    ajv = new Ajv2020({ strict: false, validateSchema: false })
    addFormats.default(ajv)
    ajv.addSchema({ $id: 'components', $defs: closed(document.components.schemas) })
  }
  const made = ajv.compile(closed(schema))
  validators.set(key, made)
  return made
}

/**
 * The same schema, in which objects have no members but those that are named. The document leaves them open for clients,
 * because a newer server may say more; what this one says has to be in its contract.
 */
function closed(schema: unknown, open = false): Json {
  const copy = Object.fromEntries(
    Object.entries(schema as Json).map(([key, value]) => [key, inner(key, value, key === 'allOf')]),
  )
  return 'properties' in copy && 'type' in copy && !open ? { additionalProperties: false, ...copy } : copy
}

function inner(key: string, value: unknown, open: boolean): unknown {
  if (key === '$ref') return String(value).replace('#/components/schemas/', 'components#/$defs/')
  if (Array.isArray(value)) return value.map((each) => inner('', each, open))
  return typeof value === 'object' && value !== null ? closed(value, open) : value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
