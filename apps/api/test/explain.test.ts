import { describe, expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { bearer } from './support/authenticator.ts'
import { linkIn, mailServer } from './support/mail-server.ts'
import { copyOf, login, refresh, registered, type SignedInPerson, verified } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'
import { latchkey } from './support/terminal.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0'
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'
const from = (agent: string, ip: string) => ({ 'User-Agent': agent, 'X-Forwarded-For': ip })
const atHome = from(firefox, '203.0.113.7')
const elsewhere = from(chrome, '198.51.100.9')
const home = 'the session Firefox on Linux (203.0.113.7)'
const away = 'the session Chrome on Windows (198.51.100.9)'
const date = String.raw`\d{1,2} \w{3,4} \d{4} at \d{2}:\d{2} UTC`
const day = 86_400

const api = (environment: Record<string, string> = {}) =>
  apiForTest({ environment: { TRUST_PROXY: '1', ...environment } })

async function explanation(api: TestApi, person: SignedInPerson) {
  const found = await api.services.explainSessions(person.body.user.id)
  if (!found) throw new Error('no such account')
  return { ...found, sentences: found.steps.map(({ sentence }) => sentence) }
}

/** The conclusion, which has to begin and end so. */
async function concludes(api: TestApi, person: SignedInPerson, state: string, why: string) {
  const { conclusion } = await explanation(api, person)
  expect(conclusion.startsWith(`${person.username} ${state}. `)).toBe(true)
  expect(conclusion).toContain(why)
}

describe('why somebody was signed out', () => {
  it('nothing ended: the browser sent no cookie', async () => {
    const node = await api()
    const person = await registered(node, atHome)
    const { sentences, conclusion } = await explanation(node, person)
    expect(sentences).toEqual([
      expect.stringMatching(new RegExp(`^On ${date} the account was made, and ${literal(home)} began\\.$`)),
    ])
    expect(conclusion).toMatch(
      new RegExp(`^${person.username} is signed in now: ${literal(home)}. No session ended. Whoever had to`),
    )
  })

  it('somebody signed out there, or their browser signed in again', async () => {
    const node = await api()
    const person = await registered(node, atHome)
    node.clock.advance(60)
    const again = await node.http
      .post('/api/login')
      .set({ ...atHome, Cookie: person.jar.header })
      .send({ email: person.email, password: person.password })
    await concludes(node, person, `is signed in now: ${home}`, 'because its browser signed in again.')
    node.clock.advance(60)
    await node.http
      .post('/api/logout')
      .set({ ...atHome, ...bearer(again.body.accessToken) })
      .expect(200)
    await concludes(
      node,
      person,
      'is signed in nowhere now',
      `${home} was ended, because somebody signed out`,
    )
  })

  it('it was ended from another device, by itself or with all others', async () => {
    const node = await api()
    const person = await registered(node, atHome)
    node.clock.advance(60)
    const other = await login(node, person, elsewhere)
    node.clock.advance(60)
    const as = { ...elsewhere, ...bearer(other.body.accessToken) }
    await node.http.delete(`/api/sessions/${person.sessionId}`).set(as).expect(204)
    const state = `is signed in now: ${away}`
    const by = 'was ended from Chrome on Windows (198.51.100.9).'
    await concludes(node, person, state, `${home} ${by}`)

    const third = await login(node, person, atHome)
    node.clock.advance(60)
    await node.http.delete('/api/sessions').set(as).expect(204)
    await concludes(node, person, state, `That ended ${home}.`)
    // That the one which ended them is signed out later changes nothing about who ended by it.
    node.clock.advance(60)
    await node.http.post('/api/logout').set(as).expect(200)
    const { steps } = await explanation(node, person)
    expect(steps.map(({ ended }) => ended)).toEqual([
      [],
      [],
      [person.sessionId],
      [],
      [third.sessionId],
      [other.sessionId],
    ])
  })

  it('an administrator ended it, all of them, or disabled the account', async () => {
    const node = await api()
    const person = await registered(node, atHome)
    const second = await login(node, person, elsewhere)
    node.clock.advance(60)
    await latchkey(node, ['sessions', 'end', person.username, second.sessionId, '--yes'])
    await concludes(node, person, `is signed in now: ${home}`, `${away} was ended by an administrator.`)
    node.clock.advance(60)
    await latchkey(node, ['sessions', 'end-all', '--yes'])
    await concludes(
      node,
      person,
      'is signed in nowhere now',
      `ended by an administrator. That ended ${home}.`,
    )
    node.clock.advance(60)
    await login(node, person, atHome)
    node.clock.advance(60)
    await latchkey(node, ['users', 'disable', person.username, '--yes'])
    const { conclusion } = await explanation(node, person)
    expect(conclusion).toMatch(`The account of ${person.username} is disabled, so nobody can sign in to it.`)
    expect(conclusion).toMatch(`the account was disabled by an administrator, which ends all sessions. That`)
  })

  it('the password was changed, or reset by mail', async () => {
    const mail = await mailServer()
    const node = await api({ SMTP_URL: mail.url })
    const person = await registered(node, atHome)
    await verified(node, mail, person)
    const other = await login(node, person, elsewhere)
    node.clock.advance(60)
    const newPassword = 'another horse battery staple'
    await node.http
      .post('/api/change-password')
      .set({ ...elsewhere, ...bearer(other.body.accessToken) })
      .send({ currentPassword: person.password, newPassword })
      .expect(200)
    await concludes(
      node,
      person,
      `is signed in now: ${away}`,
      `the password was changed from Chrome on Windows (198.51.100.9), which ends all other sessions. That ended ${home}.`,
    )
    node.clock.advance(60)
    await node.http.post('/api/forgot-password').set(atHome).send({ email: person.email })
    const link = linkIn(await mail.mailTo(person.email, /Reset your password/))
    await node.http
      .post('/api/reset-password')
      .set(atHome)
      .send({ token: new URL(link).hash.replace('#token=', ''), password: `${newPassword} 2` })
      .expect(200)
    const { conclusion } = await explanation(node, person)
    expect(conclusion).toContain(`the password was reset by mail`)
    expect(conclusion).toContain(`That ended ${away}.`)
  })

  it('a copy of its cookie was refused, and the session itself goes on', async () => {
    const node = await api()
    const owner = lockOwner()
    const person = await registered(node, { ...atHome, ...owner.signIn })
    await refresh(node, person.jar, { ...atHome, ...owner.at(0) }).expect(200)
    node.clock.advance(3600)
    await refresh(node, copyOf(person.jar), elsewhere).expect(403)
    const { sentences, conclusion } = await explanation(node, person)
    expect(sentences.at(-1)).toContain(
      `the cookie of ${home} was used without its key, from Chrome on Windows (198.51.100.9). Whoever did got nothing`,
    )
    expect(conclusion).toMatch('No session ended.')
  })

  it('a token of a session without a key came again', async () => {
    const node = await api()
    const person = await registered(node, atHome)
    await refresh(node, person.jar, atHome).expect(200)
    node.clock.advance(3600)
    await refresh(node, person.jar, elsewhere).expect(403)
    await concludes(
      node,
      person,
      'is signed in nowhere now',
      `${home} was ended, because a token of it that had been used up came again, from Chrome on Windows`,
    )
  })

  it('its browser lost the key, or the cookie', async () => {
    const node = await api()
    const owner = lockOwner()
    const person = await registered(node, { ...atHome, ...owner.signIn })
    node.clock.advance(60)
    const keyless = await refresh(node, person.jar, {
      ...atHome,
      Origin: 'http://latchkey.test',
      'Sec-Fetch-Site': 'same-origin',
    })
    expect(keyless.body.code).toBe('refresh_token_key_lost')
    await concludes(node, person, 'is signed in nowhere now', 'came without the key that it had kept')

    const other = await registered(node, atHome)
    node.clock.advance(60)
    const Cookie = other.jar.header.split('; ').find((cookie) => cookie.includes('device=')) ?? ''
    await login(node, other, { ...atHome, Cookie })
    await concludes(node, other, `is signed in now: ${home}`, 'signed in again and no longer had the cookie')
  })

  it('it was not used for too long, or is too old, also where it is stored no more', async () => {
    const node = await api()
    const person = await registered(node, atHome)
    node.clock.advance(8 * day)
    const unused = `${home} ended, because it had not been used for 7 days.`
    await concludes(node, person, 'is signed in nowhere now', unused)
    await login(node, person, elsewhere)
    await concludes(node, person, `is signed in now: ${away}`, 'a session that is not used for 7 days ends')

    const short = await api({ SESSION_MAX_AGE: '2d' })
    const other = await registered(short, atHome)
    short.clock.advance(3 * day)
    await concludes(short, other, 'is signed in nowhere now', 'ended by its age, 2 days after it began.')
    await login(short, other, elsewhere)
    await concludes(short, other, `is signed in now: ${away}`, 'a session lasts 2 days at most.')
  })

  it('it made room for newer ones', async () => {
    const node = await api({ SESSION_LIMIT: '2' })
    const person = await registered(node, atHome)
    for (let i = 0; i < 2; i++) {
      node.clock.advance(60)
      await login(node, person, elsewhere)
    }
    await concludes(node, person, `is signed in now: ${away} and ${away}`, `${home} made room at the latest`)
  })

  it('it is gone and nothing tells why: a backup was put back', async () => {
    const node = await api()
    const person = await registered(node, atHome)
    await node.services.database.connection
      .collection('users')
      .updateOne({ emailKey: person.email }, { $set: { refreshTokens: [] } })
    await concludes(node, person, 'is signed in nowhere now', 'no event says why')
  })
})

it('the command prints sentences, and the same as one document', async () => {
  const node = await api()
  const person = await registered(node, atHome)
  await node.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  const { status, stdout } = await latchkey(node, ['explain', '--user', person.username])
  const [made, ended, blank, conclusion] = stdout.split('\n')
  expect([status, blank]).toEqual([0, ''])
  expect([made, ended]).toEqual([expect.stringMatching(/^On .* began\.$/), expect.stringMatching(/^On /)])
  expect(conclusion).toMatch(/^ada-\w+ is signed in nowhere now\. The last that ended: on /)
  const json = await latchkey(node, ['explain', '--user', person.body.user.id, '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ conclusion, steps: [{ ended: [] }, { sentence: ended }] })
  expect((await latchkey(node, ['explain'])).status).toBe(2)
  expect((await latchkey(node, ['explain', '--user', 'nobody'])).status).toBe(3)
})

const literal = (text: string) => text.replace(/[.()]/g, '\\$&')
