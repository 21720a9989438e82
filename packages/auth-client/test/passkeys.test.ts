import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { goodPasskey } from './support/protocol-server.ts'
import { codeOf, eventually, settled, setUp, signedInTab, statusOf } from './support/setup.ts'

const optionsPath = '/api/login/passkey/options'
const signInPath = '/api/login/passkey'

type Request = CredentialRequestOptions & CredentialCreationOptions & { mediation?: string }

const challengeOf = ({ publicKey }: Request) => Buffer.from(publicKey?.challenge as ArrayBuffer).toString()

/** What `navigator.credentials` answers with. */
const credential = (id: string) => ({
  id,
  rawId: Uint8Array.from(Buffer.from(id, 'base64url')).buffer,
  type: 'public-key',
  response: Object.fromEntries(
    ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject'].map((name) => [
      name,
      new Uint8Array([1]).buffer,
    ]),
  ),
  getClientExtensionResults: () => ({}),
})

/** Waits until it is aborted. */
const pending = ({ signal }: Request) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason))
  })

const refuse = (name: string) => async () => {
  throw new DOMException('', name)
}

const credentials = { get: vi.fn(), create: vi.fn() }
const signals = { unknown: vi.fn(), all: vi.fn() }
let visibility = 'visible'

beforeEach(() => {
  visibility = 'visible'
  vi.stubGlobal(
    'PublicKeyCredential',
    Object.assign(() => undefined, {
      isConditionalMediationAvailable: async () => true,
      getClientCapabilities: async () => ({ conditionalCreate: true }),
      signalUnknownCredential: signals.unknown,
      signalAllAcceptedCredentials: signals.all,
    }),
  )
  vi.stubGlobal('navigator', { credentials })
  vi.stubGlobal('document', {
    querySelector: () => null,
    querySelectorAll: () => [{}],
    get visibilityState() {
      return visibility
    },
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetAllMocks()
})

async function freshTab() {
  const world = await setUp()
  const tab = world.browser.tab()
  await tab.start()
  return { ...world, tab }
}

it('signs in by a passkey, in a session that is bound to this browser', async () => {
  const { server, tab } = await freshTab()
  credentials.get.mockResolvedValue(credential(goodPasskey))
  expect(await tab.loginWithPasskey()).toMatchObject({ username: 'ada' })
  expect(statusOf(tab)).toBe('signedIn')
  const [sent] = server.calls.filter(({ path }) => path === signInPath)
  expect(sent?.headers['x-refresh-lock']).toMatch(/^[\w-]{43}$/)
  expect(sent?.headers.authorization).toBeUndefined()
  await tab.refresh()
})

it.each([
  ['NotAllowedError', 'passkey_cancelled'],
  ['AbortError', 'passkey_cancelled'],
  ['SecurityError', 'passkeys_unavailable'],
  ['NotReadableError', 'passkey_failed'],
])('when the browser says %s it fails with %s, and nothing has changed', async (name, code) => {
  const { server, tab } = await freshTab()
  credentials.get.mockImplementation(refuse(name))
  vi.stubGlobal('location', { hostname: 'localhost' })
  expect(await codeOf(tab.loginWithPasskey())).toBe(code)
  expect(server.count(signInPath)).toBe(0)
  expect(statusOf(tab)).toBe('signedOut')
})

it('a passkey that opens no account is told to its password manager', async () => {
  const { tab } = await freshTab()
  const unknown = Buffer.from('unknown').toString('base64url')
  credentials.get.mockResolvedValue(credential(unknown))
  expect(await codeOf(tab.loginWithPasskey())).toBe('passkey_unknown')
  expect(signals.unknown).toHaveBeenCalledExactlyOnceWith({ rpId: 'localhost', credentialId: unknown })
})

it('an offer is made with a new challenge before the old one lapses, once somebody looks', async () => {
  const { server, browser, tab } = await freshTab()
  credentials.get.mockImplementation(pending)
  const signedIn = tab.loginWithPasskey({ autofill: true })
  await eventually(() => expect(credentials.get).toHaveBeenCalledTimes(1))
  expect(credentials.get.mock.calls[0]?.[0]).toMatchObject({ mediation: 'conditional' })
  visibility = 'hidden'
  browser.time.advance(240_000)
  await settled()
  expect(server.count(optionsPath)).toBe(1)
  visibility = 'visible'
  tab.wake()
  await eventually(() => expect(credentials.get).toHaveBeenCalledTimes(2))
  const [first, second] = credentials.get.mock.calls.map(([request]) => request as Request)
  expect(first?.signal?.aborted).toBe(true)
  expect(challengeOf(second as Request)).not.toBe(challengeOf(first as Request))

  credentials.get.mockResolvedValue(credential(goodPasskey))
  browser.time.advance(240_000)
  expect(await signedIn).toMatchObject({ username: 'ada' })
})

it('an offer ends with its signal, and a dialog takes its place', async () => {
  const { tab } = await freshTab()
  credentials.get.mockImplementation(pending)
  const end = new AbortController()
  const ended = codeOf(tab.loginWithPasskey({ autofill: true, signal: end.signal }))
  await eventually(() => expect(credentials.get).toHaveBeenCalledTimes(1))
  end.abort()
  expect(await ended).toBe('passkey_cancelled')

  const replaced = codeOf(tab.loginWithPasskey({ autofill: true }))
  await eventually(() => expect(credentials.get).toHaveBeenCalledTimes(2))
  credentials.get.mockResolvedValue(credential(goodPasskey))
  await tab.loginWithPasskey()
  expect(await replaced).toBe('passkey_cancelled')
})

it('shows a passkey as the second step, with the ticket, in a session that is bound to this browser', async () => {
  const { server, tab } = await freshTab()
  credentials.get.mockResolvedValue(credential(goodPasskey))
  expect(await tab.loginFactorWithPasskey({ ticket: 'a-ticket' })).toMatchObject({ username: 'ada' })
  expect(statusOf(tab)).toBe('signedIn')
  const [asked, sent] = server.calls.filter(({ path }) => path.startsWith('/api/login/factor/passkey'))
  expect(asked?.body).toEqual({ ticket: 'a-ticket' })
  expect(sent?.body).toMatchObject({ ticket: 'a-ticket', passkey: { id: goodPasskey } })
  expect(sent?.headers['x-refresh-lock']).toMatch(/^[\w-]{43}$/)

  const { tab: other } = await freshTab()
  credentials.get.mockImplementation(refuse('NotAllowedError'))
  expect(await codeOf(other.loginFactorWithPasskey({ ticket: 'a-ticket' }))).toBe('passkey_cancelled')
  expect(statusOf(other)).toBe('signedOut')
})

it('confirms by a passkey, and the token that comes back says so', async () => {
  const world = await setUp()
  const tab = await signedInTab(world)
  const authTime = () => {
    const state = tab.getState()
    return state.status === 'signedIn' ? state.accessToken.claims.auth_time : null
  }
  const before = authTime()
  credentials.get.mockResolvedValue(credential(goodPasskey))
  await tab.confirmWithPasskey()
  expect(authTime()).toBeGreaterThan(before ?? Number.NaN)
  credentials.get.mockImplementation(refuse('NotAllowedError'))
  expect(await codeOf(tab.confirmWithPasskey())).toBe('passkey_cancelled')
  expect(statusOf(tab)).toBe('signedIn')
})

it('adds a passkey under the name it is given', async () => {
  const world = await setUp()
  const tab = await signedInTab(world)
  const passkey = { id: goodPasskey, name: 'My phone' }
  const options = { challenge: 'YQ', user: { id: 'YQ' }, rp: { id: 'localhost' }, pubKeyCredParams: [] }
  world.server.answerNext('/api/passkeys/options', 200, { options })
  world.server.answerNext('/api/passkeys', 201, { passkey })
  credentials.create.mockResolvedValue(credential(goodPasskey))
  expect(await tab.addPasskey('My phone')).toEqual(passkey)
  const sent = world.server.calls.at(-1)
  expect(sent?.body).toMatchObject({ name: 'My phone', credential: { id: goodPasskey } })
  expect(sent?.headers.authorization).toMatch(/^Bearer /)
  world.server.answerNext('/api/passkeys/options', 200, { options })
  credentials.create.mockImplementation(refuse('InvalidStateError'))
  expect(await codeOf(tab.addPasskey())).toBe('passkey_exists')
})

it('one is made without asking only by a browser that says it can, and its refusal is no failure', async () => {
  const world = await setUp()
  const tab = await signedInTab(world)
  const options = { challenge: 'YQ', user: { id: 'YQ' }, rp: { id: 'localhost' }, pubKeyCredParams: [] }
  world.server.answerNext('/api/passkeys/options', 200, { options })
  credentials.create.mockImplementation(refuse('NotAllowedError'))
  expect(await tab.upgradeToPasskey()).toBe(false)
  expect(credentials.create.mock.calls[0]?.[0]).toMatchObject({ mediation: 'conditional' })
  expect(world.server.calls.at(-1)?.body).toEqual({ upgrade: true })
  vi.stubGlobal('PublicKeyCredential', () => undefined)
  expect(await tab.upgradeToPasskey()).toBe(false)
  expect(credentials.create).toHaveBeenCalledOnce()
})

it('one that is made without asking asks nobody to confirm who they are either', async () => {
  const world = await setUp()
  const tab = await signedInTab(world)
  const ask = vi.fn(async () => undefined)
  tab.onStepUp(ask)
  world.server.answerNext('/api/passkeys/options', 401, '', {
    'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="mfa"',
  })
  expect(await tab.upgradeToPasskey()).toBe(false)
  expect([ask.mock.calls, credentials.create.mock.calls]).toEqual([[], []])
  expect(statusOf(tab)).toBe('signedIn')
})

it('tells password managers which passkeys still work, whether or not they listen', async () => {
  const { tab } = await freshTab()
  const passkeys = [{ id: 'YQ', name: '', synced: true, createdAt: '', lastUsedAt: null }]
  signals.all.mockRejectedValue(new TypeError('not today'))
  await tab.signalPasskeys({ passkeys, rpId: 'localhost', userHandle: 'aGk' })
  expect(signals.all).toHaveBeenCalledExactlyOnceWith({
    rpId: 'localhost',
    userId: 'aGk',
    allAcceptedCredentialIds: ['YQ'],
  })
  await tab.signalPasskeys({ passkeys: [], rpId: null, userHandle: null })
  expect(signals.all).toHaveBeenCalledOnce()
})

it('a browser without passkeys says so', async () => {
  vi.stubGlobal('PublicKeyCredential', undefined)
  const { server, tab } = await freshTab()
  expect(await codeOf(tab.loginWithPasskey())).toBe('passkey_unsupported')
  expect(server.count(optionsPath)).toBe(0)
})
