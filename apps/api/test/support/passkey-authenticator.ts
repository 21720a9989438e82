import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** How an authenticator or a page departs from what is asked of it. */
export interface Departures {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  crossOrigin?: boolean
  userPresent?: boolean
  userVerified?: boolean
  /** The count that is signed; default: one more than before. */
  counter?: number
  userHandle?: string
  discoverable?: boolean
  /** A certificate, which nobody asked for. */
  attested?: boolean
  /** Whose key signs. */
  key?: KeyObject
}

interface CreationOptions {
  challenge: string
  rp: { id: string }
  user: { id: string }
}

interface RequestOptions {
  challenge: string
  rpId: string
}

export type Authenticator = ReturnType<typeof authenticator>

const base64url = (bytes: Buffer) => bytes.toString('base64url')
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()

/**
 * An authenticator with one passkey (ES256), and the browser around it: WebAuthn Level 3 §6. `synced`: it may be copied.
 * `counts`: it keeps a counter.
 */
export function authenticator({ origin = 'http://localhost:4000', synced = false, counts = true } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credentialId = randomBytes(32)
  let counter = 0
  // As if it were registered elsewhere.
  let userHandle = base64url(randomBytes(32))

  const clientData = (type: string, challenge: string, departures: Departures) =>
    base64url(
      Buffer.from(
        JSON.stringify({
          type: departures.type ?? type,
          challenge: departures.challenge ?? challenge,
          origin: departures.origin ?? origin,
          crossOrigin: departures.crossOrigin ?? false,
        }),
      ),
    )

  /** §6.1. */
  function authenticatorData(rpId: string, departures: Departures, credential = Buffer.alloc(0)) {
    const { userPresent = true, userVerified = true } = departures
    const flags =
      (userPresent ? 0x01 : 0) |
      (userVerified ? 0x04 : 0) |
      (synced ? 0x18 : 0) |
      (credential.length > 0 ? 0x40 : 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(departures.counter ?? counter)
    return Buffer.concat([sha256(departures.rpId ?? rpId), Buffer.from([flags]), count, credential])
  }

  return {
    id: base64url(credentialId),
    key: privateKey,

    /** What the page sends after `navigator.credentials.create`. */
    create(options: CreationOptions, departures: Departures = {}) {
      userHandle = options.user.id
      const length = Buffer.alloc(2)
      length.writeUInt16BE(credentialId.length)
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey)])
      const authData = authenticatorData(options.rp.id, departures, attested)
      const statement = departures.attested
        ? map([
            [text('alg'), Buffer.from([0x26])],
            [text('sig'), bytes(randomBytes(70))],
            [text('x5c'), Buffer.concat([Buffer.from([0x81]), bytes(randomBytes(300))])],
          ])
        : map([])
      const attestationObject = map([
        [text('fmt'), text(departures.attested ? 'packed' : 'none')],
        [text('attStmt'), statement],
        [text('authData'), bytes(authData)],
      ])
      return {
        id: base64url(credentialId),
        rawId: base64url(credentialId),
        type: 'public-key' as const,
        response: {
          clientDataJSON: clientData('webauthn.create', options.challenge, departures),
          attestationObject: base64url(attestationObject),
          transports: ['internal'],
        },
        clientExtensionResults: { credProps: { rk: departures.discoverable ?? true } },
      }
    },

    /** What the page sends after `navigator.credentials.get`. */
    get(options: RequestOptions, departures: Departures = {}) {
      if (counts) counter += 1
      const authData = authenticatorData(options.rpId, departures)
      const clientDataJSON = clientData('webauthn.get', options.challenge, departures)
      const signed = Buffer.concat([authData, sha256(Buffer.from(clientDataJSON, 'base64url'))])
      return {
        id: base64url(credentialId),
        rawId: base64url(credentialId),
        type: 'public-key' as const,
        response: {
          clientDataJSON,
          authenticatorData: base64url(authData),
          signature: base64url(sign('sha256', signed, departures.key ?? privateKey)),
          userHandle: departures.userHandle ?? userHandle,
        },
      }
    },
  }
}

// CBOR (RFC 8949), as much as is needed.
const head = (major: number, length: number) =>
  length < 24
    ? Buffer.from([(major << 5) | length])
    : length < 256
      ? Buffer.from([(major << 5) | 24, length])
      : Buffer.from([(major << 5) | 25, length >> 8, length & 0xff])
const text = (value: string) => Buffer.concat([head(3, value.length), Buffer.from(value)])
const bytes = (value: Buffer) => Buffer.concat([head(2, value.length), value])
const map = (entries: [Buffer, Buffer][]) => Buffer.concat([head(5, entries.length), ...entries.flat()])

/** RFC 9053 §7.1.1: EC2, ES256, P-256. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const small = (value: number) => (value < 0 ? head(1, -1 - value) : head(0, value))
  return map([
    [small(1), small(2)],
    [small(3), small(-7)],
    [small(-1), small(1)],
    [small(-2), bytes(Buffer.from(x, 'base64url'))],
    [small(-3), bytes(Buffer.from(y, 'base64url'))],
  ])
}
