import { randomBytes } from 'node:crypto'
import type { SignedIn } from '@latchkey/contracts'
import type { Response } from 'supertest'
import type { TestApi } from './api.ts'
import { type MailServer, tokenIn } from './mail-server.ts'

export const password = 'correct horse battery staple'

export interface Person {
  username: string
  email: string
  password: string
}

export function somebody(): Person {
  const name = `ada-${randomBytes(6).toString('hex')}`
  return { username: name, email: `${name}@example.com`, password }
}

/** A browser's cookies after an answer, as the header of the next request; and single values by name. */
export interface Jar {
  header: string
  refreshToken: string
  session: string
}

export function jarOf(response: Response): Jar {
  const cookies = setCookies(response).map((cookie) => cookie.split(';', 1)[0] ?? '')
  const value = (name: string) =>
    cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
  return {
    header: cookies.join('; '),
    refreshToken: value('latchkey.refreshToken'),
    session: value('latchkey.session'),
  }
}

export const setCookies = (response: Response): string[] =>
  (response.headers['set-cookie'] as unknown as string[] | undefined) ?? []

export interface SignedInPerson extends Person {
  jar: Jar
  body: SignedIn
  sessionId: string
}

/** Registers somebody new. `headers` may bind the session. */
export async function registered(
  api: TestApi,
  headers: Record<string, string> = {},
): Promise<SignedInPerson> {
  const person = somebody()
  const response = await api.http.post('/api/register').set(headers).send(person)
  if (response.status !== 201) throw new Error(`register answered ${response.status}: ${response.text}`)
  return signedIn(person, response)
}

export async function login(
  api: TestApi,
  person: Person,
  headers: Record<string, string> = {},
): Promise<SignedInPerson> {
  const response = await api.http
    .post('/api/login')
    .set(headers)
    .send({ email: person.email, password: person.password })
  if (response.status !== 200) throw new Error(`login answered ${response.status}: ${response.text}`)
  return signedIn(person, response)
}

function signedIn(person: Person, response: Response): SignedInPerson {
  const jar = jarOf(response)
  const { username, email, password } = person
  return {
    username,
    email,
    password,
    jar,
    body: response.body,
    sessionId: jar.session.split('.', 1)[0] ?? '',
  }
}

/** What a thief has who knows nothing of the cookie by which a browser is known. */
export const copyOf = ({ header, ...jar }: Jar): Jar => ({
  ...jar,
  header: header
    .split('; ')
    .filter((cookie) => !cookie.includes('device='))
    .join('; '),
})

/** Refreshes with a jar, as a browser would. */
export const refresh = (api: TestApi, jar: Jar, headers: Record<string, string> = {}) =>
  api.http.post('/api/refresh-token').set('Cookie', jar.header).set(headers)

/** The same person with the tokens of a refresh, after what they had was revoked. */
export async function renewed(api: TestApi, person: SignedInPerson): Promise<SignedInPerson> {
  const answer = await refresh(api, person.jar)
  if (answer.status !== 200) throw new Error(`refresh answered ${answer.status}: ${answer.text}`)
  const device = person.jar.header.split('; ').find((cookie) => cookie.includes('device=')) ?? ''
  const jar = jarOf(answer)
  return { ...person, body: answer.body, jar: { ...jar, header: `${jar.header}; ${device}` } }
}

export const protectedWith = (api: TestApi, accessToken: string) =>
  api.http.get('/api/protected').set('Authorization', `Bearer ${accessToken}`)

/** The stored document of a person, as it is. */
export async function stored(api: TestApi, person: Pick<Person, 'email'>) {
  const user = await api.services.database.connection
    .collection('users')
    .findOne({ emailKey: person.email.toLowerCase() })
  if (!user) throw new Error('no such user')
  return user
}

/** Confirms the address of somebody who is signed in, by the link in their mail. */
export async function verified(api: TestApi, mail: MailServer, person: SignedInPerson): Promise<void> {
  const token = tokenIn(await mail.mailTo(person.email, /Confirm your email address/))
  await api.http
    .post('/api/verify-email')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .send({ token })
    .expect(200)
}
