import type { Passkey, RouteContract, User } from '@latchkey/contracts'
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  sendSignal,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from '@simplewebauthn/browser'
import { AuthError, toAuthError } from './auth-error.ts'
import type { AnyCallOptions } from './call.ts'
import type { ClientEnvironment } from './environment.ts'
import { ownPaths } from './own-paths.ts'
import type { PasskeySignIn, PasskeyStep, PasskeysOfAccount } from './passkey-client.ts'
import { passkeyError } from './passkey-error.ts'
import type { Post } from './post.ts'

type RegistrationOptions = Parameters<typeof startRegistration>[0]['optionsJSON']
type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON']

export interface PasskeyNeeds {
  post: Post
  send: (route: RouteContract, options?: AnyCallOptions) => Promise<unknown>
  signIn: (path: string, body: unknown) => Promise<User>
  reauthenticate: (body: unknown) => Promise<void>
  environment: Pick<ClientEnvironment, 'clock' | 'onWake'>
}

/** A challenge is good for five minutes, and what people choose at the last moment must still arrive. */
const renewAfterMs = 240_000
const retryCancelMs = 50

/** Talks to the browser about passkeys. In a file of its own, with the library it needs: few visits need either. */
export function createPasskeys({ post, send, signIn, reauthenticate, environment }: PasskeyNeeds) {
  const { clock, onWake } = environment

  return {
    async login({ autofill = false, signal }: PasskeySignIn = {}): Promise<User> {
      requireSupport()
      const { rpId, passkey } = autofill ? await byAutofill(signal) : await byDialog(signal)
      try {
        return await signIn(ownPaths.passkeySignIn, { passkey })
      } catch (error) {
        // So that the password manager offers it no more.
        if (error instanceof AuthError && error.code === 'passkey_unknown' && rpId)
          await sendQuietly({ signalName: 'unknownCredential', rpID: rpId, credentialID: passkey.id })
        throw error
      }
    },

    async loginFactor({ ticket, ...more }: PasskeyStep): Promise<User> {
      requireSupport()
      const optionsJSON = await requestOptions(ownPaths.passkeyFactorOptions, { ticket })
      const passkey = await ceremony(() => startAuthentication({ optionsJSON }))
      return await signIn(ownPaths.passkeyFactor, { ticket, passkey, ...more })
    },

    async add(name: string | undefined): Promise<Passkey> {
      requireSupport()
      return await make({}, name)
    },

    /** Makes a passkey without asking, where the browser and its password manager do that. False: they did not. */
    async upgrade(): Promise<boolean> {
      if (!(await isCapableOf('conditionalCreate'))) return false
      try {
        await make({ upgrade: true }, undefined)
        return true
      } catch {
        return false
      }
    },

    async confirm(): Promise<void> {
      requireSupport()
      const options = await optionsBy(send(confirmationOptions))
      const passkey = await ceremony(() =>
        startAuthentication({ optionsJSON: options as unknown as RequestOptions }),
      )
      await reauthenticate({ passkey })
    },

    /** Tells password managers which passkeys still work. Where that is not heard, nothing is lost. */
    async signal({ rpId, userHandle, passkeys }: PasskeysOfAccount): Promise<void> {
      if (!rpId || !userHandle) return
      await sendQuietly({
        signalName: 'allAcceptedCredentials',
        rpID: rpId,
        userID: userHandle,
        allAcceptedCredentialIDs: passkeys.map(({ id }) => id),
      })
    },
  }

  async function make(body: { upgrade?: true }, name: string | undefined): Promise<Passkey> {
    // Whoever asked for nothing is asked nothing.
    const confirm = !body.upgrade
    const optionsJSON = (await optionsBy(
      send(creationOptions, { body, confirm }),
    )) as unknown as RegistrationOptions
    const credential = await ceremony(() =>
      startRegistration({ optionsJSON, useAutoRegister: body.upgrade ?? false }),
    )
    const named = name === undefined ? {} : { name }
    const { passkey } = (await send(addition, { body: { credential, ...named }, confirm })) as {
      passkey?: Passkey
    }
    if (!passkey) throw notUnderstood()
    return passkey
  }

  async function byDialog(signal: AbortSignal | undefined) {
    const optionsJSON = await signInOptions()
    const passkey = await ceremony(() => startAuthentication({ optionsJSON }), signal)
    return { rpId: optionsJSON.rpId, passkey }
  }

  /** Waits until one is chosen where the name is typed, be it for hours: the challenge is renewed meanwhile. */
  async function byAutofill(signal: AbortSignal | undefined) {
    if (!(await browserSupportsWebAuthnAutofill())) throw unsupported()
    for (;;) {
      const optionsJSON = await signInOptions()
      const lapse = createLapse()
      const chosen = ceremony(
        () => startAuthentication({ optionsJSON, useBrowserAutofill: true }),
        signal,
      ).then((passkey) => ({ rpId: optionsJSON.rpId, passkey }))
      // A challenge that lapses is abandoned by the next one, and its promise is of no interest any more.
      chosen.catch(() => undefined)
      try {
        const outcome = await Promise.race([chosen, lapse.lapsed])
        if (outcome) return outcome
      } finally {
        lapse.stop()
      }
    }
  }

  /** Resolves when a challenge has become too old, and somebody looks at the page. */
  function createLapse() {
    let stop = () => {}
    const lapsed = new Promise<null>((resolve) => {
      const startedAt = clock.wallNow()
      const isOld = () => clock.wallNow() - startedAt >= renewAfterMs
      const look = () => {
        if (isOld() && document.visibilityState !== 'hidden') resolve(null)
      }
      const cancelTimer = clock.after(renewAfterMs, look)
      const ignoreWaking = onWake(look)
      stop = () => {
        cancelTimer()
        ignoreWaking()
      }
    })
    return { lapsed, stop: () => stop() }
  }

  /** One talk of the browser with its person. Beginning another one ends it. */
  async function ceremony<Result>(run: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    let isOver = false
    const cancel = () => {
      if (isOver) return
      WebAuthnAbortService.cancelCeremony()
      // It may not have begun yet.
      clock.after(retryCancelMs, cancel)
    }
    if (signal?.aborted) throw passkeyError(new DOMException('', 'AbortError'))
    signal?.addEventListener('abort', cancel)
    try {
      return await run()
    } catch (error) {
      throw passkeyError(error)
    } finally {
      isOver = true
      signal?.removeEventListener('abort', cancel)
    }
  }

  function signInOptions(): Promise<RequestOptions> {
    return requestOptions(ownPaths.passkeySignInOptions)
  }

  async function requestOptions(path: string, body?: unknown): Promise<RequestOptions> {
    const answer = post(path, { body }).then(
      ({ data }) => data,
      (error) => {
        throw toAuthError(error)
      },
    )
    return (await optionsBy(answer)) as unknown as RequestOptions
  }
}

export type Passkeys = ReturnType<typeof createPasskeys>

async function optionsBy(answer: Promise<unknown>): Promise<Record<string, unknown>> {
  const { options } = (await answer) as { options?: Record<string, unknown> }
  if (!options) throw notUnderstood()
  return options
}

const notUnderstood = () =>
  new AuthError('unexpected_answer', 'This page does not understand the server’s answer.')

/** Fire and forget: most browsers cannot hear it yet. */
const sendQuietly = (what: Parameters<typeof sendSignal>[0]) => sendSignal(what).catch(() => undefined)

async function isCapableOf(capability: 'conditionalCreate'): Promise<boolean> {
  // An older browser would open a dialog instead.
  const capabilities = await globalThis.PublicKeyCredential?.getClientCapabilities?.().catch(() => null)
  return capabilities?.[capability] === true
}

function requireSupport() {
  if (!browserSupportsWebAuthn()) throw unsupported()
}

const unsupported = () => new AuthError('passkey_unsupported', 'This browser cannot use passkeys here.')

// Contracts without their schemas, which would bring zod along.
const plain = { summary: '', requires: 'accessToken', reply: null, errors: [] } as const
const creationOptions: RouteContract = { ...plain, method: 'POST', path: '/passkeys/options', status: 200 }
const addition: RouteContract = { ...plain, method: 'POST', path: '/passkeys', status: 201 }
const confirmationOptions: RouteContract = {
  ...plain,
  method: 'POST',
  path: '/reauthenticate/passkey/options',
  status: 200,
}
