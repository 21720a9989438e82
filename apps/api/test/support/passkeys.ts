import type { TestApi } from './api.ts'
import { apiForTest } from './api.ts'
import { type Authenticator, authenticator, type Departures } from './passkey-authenticator.ts'
import { jarOf, registered, type SignedInPerson } from './people.ts'

export const publicUrl = 'http://localhost:4000'

export const passkeyApi = (
  environment: Record<string, string> = {},
  options: object = {},
): Promise<TestApi> => apiForTest({ environment: { PUBLIC_URL: publicUrl, ...environment }, ...options })

export const as = (accessToken: string) => ({ Authorization: `Bearer ${accessToken}` })

/** The creation options of somebody who is signed in. */
export async function creationOptions(api: TestApi, person: SignedInPerson, body?: object) {
  const send = api.http.post('/api/passkeys/options').set(as(person.body.accessToken))
  const answer = await (body ? send.send(body) : send)
  if (answer.status !== 200) throw new Error(`options answered ${answer.status}: ${answer.text}`)
  return answer.body.options
}

export const postPasskey = (api: TestApi, person: SignedInPerson, credential: object, name?: string) =>
  api.http
    .post('/api/passkeys')
    .set(as(person.body.accessToken))
    .send({ credential, ...(name !== undefined && { name }) })

/** Adds a passkey of somebody who is signed in. */
export async function withPasskey(
  api: TestApi,
  person: SignedInPerson,
  passkey: Authenticator = authenticator(),
): Promise<Authenticator> {
  const options = await creationOptions(api, person)
  await postPasskey(api, person, passkey.create(options)).expect(201)
  return passkey
}

/** A browser with nothing but a `device` cookie, and a challenge for it. */
export async function signInOptions(api: TestApi, headers: Record<string, string> = {}) {
  const answer = await api.http.post('/api/login/passkey/options').set(headers)
  if (answer.status !== 200) throw new Error(`options answered ${answer.status}: ${answer.text}`)
  return { options: answer.body.options, cookie: jarOf(answer).header }
}

/** Signs in by a passkey, as a browser does. */
export async function signInByPasskey(
  api: TestApi,
  passkey: Authenticator,
  departures: Departures = {},
  headers: Record<string, string> = {},
) {
  const { options, cookie } = await signInOptions(api, headers.Cookie ? { Cookie: headers.Cookie } : {})
  return await api.http
    .post('/api/login/passkey')
    .set({ Cookie: cookie, ...headers })
    .send({ passkey: passkey.get(options, departures) })
}

export async function personWithPasskey(api: TestApi, passkey = authenticator()) {
  const person = await registered(api)
  await withPasskey(api, person, passkey)
  return { person, passkey }
}

export async function activityOf(api: TestApi, person: { body: { accessToken: string } }): Promise<string[]> {
  const answer = await api.http.get('/api/activity').set(as(person.body.accessToken)).expect(200)
  return answer.body.events.map(({ kind }: { kind: string }) => kind)
}
