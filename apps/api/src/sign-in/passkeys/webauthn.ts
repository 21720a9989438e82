import type { Assertion, NewCredential } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { StoredPasskey } from '../../users/user.model.ts'
import type { RelyingParty } from './relying-party.ts'

/** Loaded when the first passkey is shown: it brings half a megabyte of certificates' formats along. */
const library = () => import('@simplewebauthn/server')
const helpers = () => import('@simplewebauthn/server/helpers')

/** EdDSA, ES256 and RS256 (RFC 9053 §2, RFC 8812 §2). The same on every version of Node: some verify more. */
export const algorithms = [-8, -7, -257]

/** What the browser says it signed for. Believed only once the signature over it was checked. */
interface ClientData {
  challenge: string
  origin: string
}

/** Throws AuthError `passkey_invalid`. */
export function clientDataOf({ response }: Assertion | NewCredential): ClientData {
  try {
    const data: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'))
    if (isClientData(data)) return data
  } catch {}
  throw new AuthError('passkey_invalid')
}

interface Expected {
  challenge: string
  relyingParty: RelyingParty
}

type NewPasskey = Omit<StoredPasskey, 'name' | 'createdAt' | 'lastUsedAt'>

/**
 * What is kept of a passkey that was made. `unattended`: nobody was asked, so nobody touched anything.
 * Throws AuthError `passkey_invalid`.
 */
export async function verifyNew(
  credential: NewCredential,
  { challenge, relyingParty, unattended }: Expected & { unattended: boolean },
): Promise<NewPasskey> {
  const { verifyRegistrationResponse } = await library()
  try {
    if (credential.clientExtensionResults.credProps?.rk === false) throw new Error('not discoverable')
    await refuseCertificates(credential)
    const { verified, registrationInfo: made } = await verifyRegistrationResponse({
      response: credential as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origins,
      expectedRPID: relyingParty.id,
      supportedAlgorithmIDs: algorithms,
      requireUserPresence: !unattended,
      requireUserVerification: !unattended,
    })
    if (!verified) throw new Error('not verified')
    return {
      id: made.credential.id,
      publicKey: Buffer.from(made.credential.publicKey).toString('base64url'),
      counter: made.credential.counter,
      transports: credential.response.transports ?? [],
      deviceType: made.credentialDeviceType,
      backedUp: made.credentialBackedUp,
      aaguid: made.aaguid,
    }
  } catch (cause) {
    throw new AuthError('passkey_invalid', { cause })
  }
}

/**
 * Checks what a passkey signed: for this challenge, on a page of ours, and after it had verified its user. Whether it counted on
 * is for the database to decide. Throws AuthError `passkey_invalid`.
 */
export async function verifyAssertion(
  assertion: Assertion,
  passkey: StoredPasskey,
  { challenge, relyingParty }: Expected,
): Promise<Pick<StoredPasskey, 'counter' | 'backedUp'>> {
  const { verifyAuthenticationResponse } = await library()
  try {
    const { verified, authenticationInfo: shown } = await verifyAuthenticationResponse({
      response: assertion as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origins,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      // 0: the library looks at the counter before the signature, and anybody can write a small one.
      credential: { id: passkey.id, publicKey: Buffer.from(passkey.publicKey, 'base64url'), counter: 0 },
    })
    if (!verified) throw new Error('not signed by this passkey')
    if ((passkey.deviceType === 'multiDevice') !== (shown.credentialDeviceType === 'multiDevice'))
      throw new Error('another kind of passkey (WebAuthn Level 3 §7.2, step 18)')
    return { counter: shown.newCounter, backedUp: shown.credentialBackedUp }
  } catch (cause) {
    throw new AuthError('passkey_invalid', { cause })
  }
}

/** No attestation is asked for. Checking a certificate could make the server fetch addresses that are written in it. */
async function refuseCertificates({ response }: NewCredential): Promise<void> {
  const { decodeAttestationObject } = await helpers()
  const attestation = decodeAttestationObject(Buffer.from(response.attestationObject, 'base64url'))
  const format = attestation.get('fmt')
  const isPlain = format === 'none' || (format === 'packed' && !attestation.get('attStmt').get('x5c'))
  if (!isPlain) throw new Error('an attestation that was not asked for')
}

function isClientData(data: unknown): data is ClientData {
  if (typeof data !== 'object' || data === null) return false
  // In a frame of somebody else's page, whom the person may take for us.
  if ('crossOrigin' in data && data.crossOrigin === true) return false
  return (
    'challenge' in data &&
    typeof data.challenge === 'string' &&
    'origin' in data &&
    typeof data.origin === 'string'
  )
}
