import * as z from 'zod/mini'
import { complaint } from './complaint.ts'

/** `<meta name="…" content="off">`: no passkey is made without asking. */
export const passkeyUpgradeMeta = 'latchkey-passkey-upgrade'

export const passkeyNameMaxLength = 64
/** So many passkeys one account has at most. */
export const passkeyLimit = 20

const base64url = (maxLength: number) =>
  z.string().check(z.maxLength(maxLength), z.regex(/^[A-Za-z0-9_-]+$/, complaint('base64url_malformed')))

/** A credential id has at most 1,023 bytes (WebAuthn Level 3 §4). */
const CredentialIdSchema = base64url(1364)
const clientDataJSON = base64url(4096)

// What browsers send changes by additions, so members that are not known are left out and not complained of.

/** A new credential, as `PublicKeyCredential.toJSON()` has it (WebAuthn Level 3 §5.1.1). */
const NewCredentialSchema = z.object({
  id: CredentialIdSchema,
  rawId: CredentialIdSchema,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON,
    attestationObject: base64url(12_000),
    transports: z.optional(z.array(z.string().check(z.maxLength(32))).check(z.maxLength(16))),
  }),
  clientExtensionResults: z._default(
    z.object({ credProps: z.optional(z.object({ rk: z.optional(z.boolean()) })) }),
    {},
  ),
})
export type NewCredential = z.infer<typeof NewCredentialSchema>

/** What a passkey signed, in the same form. */
export const AssertionSchema = z.object({
  id: CredentialIdSchema,
  rawId: CredentialIdSchema,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON,
    authenticatorData: base64url(4096),
    signature: base64url(8192),
    userHandle: z.optional(base64url(88)),
  }),
})
export type Assertion = z.infer<typeof AssertionSchema>

/** For `navigator.credentials`: WebAuthn Level 3 §5.1.9 and §5.1.10. */
export const CredentialOptionsSchema = z.object({ options: z.looseObject({ challenge: z.string() }) })

const PasskeyNameSchema = z
  .string(complaint('name_missing'))
  .check(
    z.trim(),
    z.minLength(1, complaint('name_missing')),
    z.maxLength(passkeyNameMaxLength, complaint('name_long')),
  )

/** `upgrade`: right after a sign-in by password, without asking anybody (conditional create). */
export const PasskeyOptionsBodySchema = z.optional(z.strictObject({ upgrade: z.optional(z.boolean()) }))
/** Without a name it is called after its password manager, or the browser. */
export const AddPasskeyBodySchema = z.strictObject({
  name: z.optional(PasskeyNameSchema),
  credential: NewCredentialSchema,
})
export const RenamePasskeyBodySchema = z.strictObject({ name: PasskeyNameSchema })
export const PasskeySignInBodySchema = z.strictObject({ passkey: AssertionSchema })
export const PasskeyParamsSchema = z.object({ id: CredentialIdSchema })

/** `id` is the credential's. It opens nothing. */
export const PasskeySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Whether a password manager may copy it to other devices. */
  synced: z.boolean(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.nullable(z.iso.datetime()),
})
export type Passkey = z.infer<typeof PasskeySchema>

export const PasskeysSchema = z.object({
  passkeys: z.array(PasskeySchema),
  /**
   * With these a page tells password managers which passkeys still work (WebAuthn Level 3 §5.1.10). Null: there never
   * was one, or none can be used at this address.
   */
  rpId: z.nullable(z.string()),
  userHandle: z.nullable(z.string()),
  /** Whether a password opens the account as well. */
  hasPassword: z.boolean(),
  /** When it was last set. Null or missing: there is none, or nobody kept it. */
  passwordChangedAt: z.optional(z.nullable(z.iso.datetime())),
})
