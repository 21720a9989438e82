import { type LatchkeyClaims, type ReadClaims, readLatchkeyClaims, type StandardClaims } from './claims.ts'
import { remoteKeys } from './keys/remote-keys.ts'
import { secretKeys } from './keys/secret-keys.ts'
import { settingsOf, type VerifierOptions } from './options.ts'
import { memoryRevocations } from './revocations/memory-revocations.ts'
import { revocationOf } from './revocations/revocation.ts'
import { revocationOfEvent } from './revocations/revocation-of-event.ts'
import { type Guard, guardOf, type WebhookHandler, webhookHandler } from './servers/connect.ts'
import { TokenRefused } from './token-refused.ts'
import { createVerifyToken } from './verify-token.ts'
import { consoleLog, createWarnings } from './warnings.ts'
import { readWebhook, type WebhookEvent, type WebhookHeaders } from './webhooks/read-webhook.ts'
import { WebhookRefused } from './webhooks/webhook-refused.ts'

export interface Verified<Claims> {
  /** Frozen, and the same object for the same token. */
  claims: Claims
}

export interface Verifier<Claims> {
  /** The claims of an access token that is good and was not revoked. Rejects with TokenRefused. */
  verify(token: string): Promise<Verified<Claims>>
  /**
   * The same for the header `Authorization` of a request, in any server: `Bearer` and the token.
   * Rejects with TokenRefused, which has the answer to the caller.
   */
  authorize(authorization: string | null | undefined): Promise<Verified<Claims>>
  /** The guard of a route in Express or Connect. Answers itself where it does not let pass. */
  authenticate: Guard
  /** The claims of a request that passed the guard. Throws Error if there was no guard. */
  claimsOf(req: object): Claims
  /**
   * Takes a webhook of Latchkey, by its body to the letter and its headers: from then on, what it says has ended is refused.
   * The event is for whoever wants to do more with it; the same may come again. Rejects with WebhookRefused.
   */
  webhook(rawBody: string | Uint8Array, headers: WebhookHeaders): Promise<WebhookEvent>
  /**
   * The same as a handler of Express, Connect or `node:http`, to be mounted before whatever parses bodies. `handle` gets the
   * event before it is answered; when it fails, Latchkey sends it again. Throws TypeError without a `webhookSecret`.
   */
  receiveWebhooks(handle?: (event: WebhookEvent) => unknown): WebhookHandler
}

/**
 * Lets in whoever has an access token of Latchkey, without asking anybody: a signature once for each token, then a look-up in
 * a map. Throws TypeError with a sentence for options that are missing or wrong.
 */
export function createVerifier<Claims extends StandardClaims>(
  options: VerifierOptions & { readClaims: ReadClaims<Claims> },
): Verifier<Claims>
export function createVerifier(options: VerifierOptions): Verifier<LatchkeyClaims>
export function createVerifier(
  options: VerifierOptions & { readClaims?: ReadClaims<StandardClaims> },
): Verifier<StandardClaims> {
  const settings = settingsOf(options)
  const { clock = { now: () => new Date() }, log = consoleLog, readClaims = readLatchkeyClaims } = options
  const { revocations = memoryRevocations({ clock }) } = options
  const tell = createWarnings({ log, clock })
  const keys = settings.keys.secrets
    ? secretKeys(settings.keys.secrets)
    : remoteKeys({ url: settings.keys.jwksUrl, clock, log })
  const verifyToken = createVerifyToken({ settings, keys, clock, readClaims })
  const passed = new WeakMap<object, StandardClaims>()

  const verifier: Verifier<StandardClaims> = {
    verify: (token) => told(() => check(token)),
    authorize: (authorization) => told(async () => await check(bearerOf(authorization))),
    authenticate: guardOf(async (req) => {
      const { claims } = await verifier.authorize(req.headers.authorization)
      passed.set(req, claims)
    }),
    claimsOf(req) {
      const claims = passed.get(req)
      if (claims) return claims
      throw new Error('This route reads the claims of an access token without the guard `authenticate`.')
    },
    webhook: (rawBody, headers) => told(() => take(() => rawBody, headers)),
    receiveWebhooks(handle = () => undefined) {
      webhookKeys()
      return webhookHandler({ take: (readBody, headers) => told(() => take(readBody, headers)), handle, log })
    },
  }
  return verifier

  function webhookKeys() {
    if (settings.webhookKeys) return settings.webhookKeys
    throw new TypeError('Webhooks are believed by their signature: createVerifier needs `webhookSecret`.')
  }

  async function take(readBody: () => unknown, headers: WebhookHeaders): Promise<WebhookEvent> {
    const event = await readWebhook({ keys: webhookKeys(), clock }, readBody, headers)
    const revocation = revocationOfEvent(event, clock.now())
    try {
      if (revocation) await revocations.add(revocation)
    } catch (cause) {
      throw new WebhookRefused('store', 'The store of revocations did not take one.', cause)
    }
    return event
  }

  async function check(token: string): Promise<Verified<StandardClaims>> {
    const { claims, standard } = await verifyToken(token)
    const revocation = revocationOf(standard, await revocationsOf(standard))
    if (!revocation) return { claims }
    const { reason } = revocation
    throw reason === null
      ? new TokenRefused(
          'out_of_date',
          'What the token says may not be true any more; its owner gets a new one.',
        )
      : new TokenRefused('session_ended', `The session ${standard.sid} has ended (${reason}).`)
  }

  async function revocationsOf(standard: StandardClaims) {
    try {
      return await revocations.find(standard)
    } catch (cause) {
      throw new TokenRefused('revocations_unavailable', 'The store of revocations does not answer.', {
        cause,
      })
    }
  }

  async function told<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act()
    } catch (error) {
      if (error instanceof TokenRefused || error instanceof WebhookRefused) tell(error)
      throw error
    }
  }
}

/** RFC 6750 §2.1; "Bearer" in upper or lower case. */
function bearerOf(authorization: string | null | undefined): string {
  if (authorization == null) throw new TokenRefused('missing', 'The request has no Authorization.')
  if (!/^Bearer( |$)/i.test(authorization))
    throw new TokenRefused('missing', 'The Authorization of the request is not of the scheme “Bearer”.')
  const token = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization)?.[1]
  if (token !== undefined) return token
  throw new TokenRefused('malformed', 'The Authorization of the request is not “Bearer” and a token.')
}
