import * as z from 'zod/mini'
import { FieldErrorSchema, OAuthErrorSchema, ProblemSchema } from '../../errors.ts'
import {
  FactorOutstandingSchema,
  FactorsSchema,
  RecoveryCodesSchema,
  TotpEnrolmentSchema,
} from '../../factors.ts'
import { AssertionSchema, CredentialOptionsSchema, PasskeySchema, PasskeysSchema } from '../../passkeys.ts'
import { ActivityEventSchema, KnownDeviceSchema, SessionSchema } from '../../sessions.ts'
import { OAuthTokensSchema, RegisteredOnlySchema, SignedInSchema, TokensSchema } from '../../tokens.ts'
import { ManagedUserSchema, UserListSchema, UserSchema } from '../../users.ts'

/** A JSON Schema of draft 2020-12, as far as somebody looks into one here. */
export interface JsonSchema {
  [keyword: string]: unknown
  $ref?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
}

/** Schemas that have a name in the document. What is not here stands where it is used. */
const named = z.registry<{ id: string; description?: string }>()
named.add(ProblemSchema, {
  id: 'Problem',
  description: 'A problem document (RFC 9457). Decide by `code`: sentences may change.',
})
named.add(FieldErrorSchema, {
  id: 'FieldError',
  description: 'What is wrong with one field. `path` is dotted, and empty for the body as a whole.',
})
named.add(OAuthErrorSchema, { id: 'OAuthError', description: 'An error as RFC 6749 §5.2 has it.' })
named.add(OAuthTokensSchema, { id: 'OAuthTokens', description: 'Tokens as RFC 6749 §5.1 has them.' })
named.add(TokensSchema, {
  id: 'Tokens',
  description:
    '`expiresIn` is in seconds. `refreshToken` is there only for clients that asked for it, or sent theirs in a body.',
})
named.add(SignedInSchema, { id: 'SignedIn', description: 'The same, after a sign-in.' })
named.add(RegisteredOnlySchema, {
  id: 'RegisteredOnly',
  description: 'There is an account, and nobody is signed in yet: `next` is what comes first.',
})
named.add(FactorOutstandingSchema, {
  id: 'FactorOutstanding',
  description:
    'The password was right, and one of `methods` is left to show with `ticket`, within `expiresIn` seconds.',
})
named.add(UserSchema, { id: 'User' })
named.add(ManagedUserSchema, { id: 'ManagedUser', description: 'What an administrator sees of a user.' })
named.add(UserListSchema, {
  id: 'UserList',
  description: 'A page of users. `next` and `previous` are for `after` and `before`; null: that is all.',
})
named.add(SessionSchema, {
  id: 'Session',
  description: 'A signed-in device. `ip` and `device` say where it was opened.',
})
named.add(KnownDeviceSchema, { id: 'KnownDevice', description: 'A browser that has signed in before.' })
named.add(ActivityEventSchema, { id: 'ActivityEvent' })
named.add(PasskeySchema, { id: 'Passkey' })
named.add(PasskeysSchema, { id: 'Passkeys' })
named.add(FactorsSchema, { id: 'Factors' })
named.add(TotpEnrolmentSchema, { id: 'TotpEnrolment', description: 'What an authenticator app is given.' })
named.add(RecoveryCodesSchema, { id: 'RecoveryCodes', description: 'Shown this once.' })
named.add(CredentialOptionsSchema, {
  id: 'CredentialOptions',
  description: 'For `navigator.credentials` (WebAuthn Level 3 §5.1.9 and §5.1.10).',
})
named.add(AssertionSchema, {
  id: 'PasskeyAssertion',
  description: 'What a passkey signed, as `PublicKeyCredential.toJSON()` has it.',
})

export type Schemas = ReturnType<typeof createSchemas>

/** Turns the schemas of contracts into JSON Schema. Those that have a name are collected, and referred to. */
export function createSchemas() {
  const components: Record<string, JsonSchema> = {}
  const converted = {
    input: new Map<z.ZodMiniType, JsonSchema>(),
    output: new Map<z.ZodMiniType, JsonSchema>(),
  }

  return {
    components,
    /** What a caller sends: defaults may be left out. */
    ofInput: (schema: z.ZodMiniType) => once(schema, 'input'),
    /** What the API answers. A newer server may say more, so objects are not closed. */
    ofOutput: (schema: z.ZodMiniType) => once(schema, 'output'),
  }

  function once(schema: z.ZodMiniType, io: 'input' | 'output'): JsonSchema {
    const known = converted[io].get(schema) ?? convert(schema, io)
    converted[io].set(schema, known)
    return known
  }

  function convert(schema: z.ZodMiniType, io: 'input' | 'output'): JsonSchema {
    const { $schema, $defs, ...whole } = z.toJSONSchema(schema, {
      metadata: named,
      io,
      override: ({ jsonSchema }) => tidy(jsonSchema as JsonSchema, io),
    }) as JsonSchema
    for (const [id, definition] of Object.entries($defs ?? {})) components[id] ??= relinked(definition)
    return relinked(whole)
  }
}

/** Leaves out what says nothing to people and tools. */
function tidy(schema: JsonSchema, io: 'input' | 'output'): void {
  if (schema.format === 'date-time') delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
}

function relinked<Schema>(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' && typeof value === 'string'
      ? value.replace(/^#\/\$defs\//, '#/components/schemas/')
      : value,
  )
}
