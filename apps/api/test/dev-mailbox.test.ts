import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { forwardingProxy } from './support/forwarding-proxy.ts'
import { registered, setCookies, somebody } from './support/people.ts'
import { apiProcess, ready, temporaryFolder } from './support/process.ts'

const keyOf = ({ services }: TestApi) => services.outbox?.key ?? ''

/** Opens the link that is printed at the start. */
async function opened(api: TestApi): Promise<string> {
  const response = await api.http.get(`/dev/mailbox?key=${keyOf(api)}`)
  return setCookies(response)[0]?.split(';')[0] ?? ''
}

it('the link opens the mailbox for this browser, and leaves no key in the address', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const link = await api.http.get(`/dev/mailbox?key=${keyOf(api)}`)
  expect(link.status).toBe(303)
  expect(link.headers.location).toBe('/dev/mailbox')
  expect(link.headers['cache-control']).toBe('no-store')
  expect(setCookies(link)).toEqual([
    `latchkey.mailbox=${keyOf(api)}; Path=/dev/mailbox; HttpOnly; SameSite=Strict`,
    `latchkey.mailbox-open=${new URL(api.url).port}; Path=/; SameSite=Strict`,
  ])

  const cookie = await opened(api)
  const style = await api.http.get('/dev/mailbox/style.css').set('Cookie', cookie).expect(200)
  expect(style.headers['content-type']).toContain('text/css')
  const list = await eventually(async () => {
    const page = await api.http.get('/dev/mailbox').set('Cookie', cookie).expect(200)
    expect(page.text).toContain(person.email)
    return page
  })
  expect(list.text).not.toContain(keyOf(api))
  const path = /<li><a href="(\/dev\/mailbox\/[^"]+)"/.exec(list.text)?.[1] ?? ''
  const mail = await api.http.get(path).set('Cookie', cookie).expect(200)
  expect(mail.text).toMatch(/http:\/\/localhost:4000\/verify-email#token=[\w-]{43}/)
  await api.http.get('/dev/mailbox/..%2f..%2fpackage').set('Cookie', cookie).expect(404)
  // Not in the log either.
  expect(api.logged()).toContain('/dev/mailbox')
  expect(api.logged()).not.toContain(keyOf(api))
})

it('without the key it is an address like any other that is not there', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const cookie = await opened(api)
  const list = await eventually(async () => {
    const page = await api.http.get('/dev/mailbox').set('Cookie', cookie)
    expect(page.text).toContain(person.email)
    return page
  })
  const mail = /(?<=<li><a href=")\/dev\/mailbox\/[^"]+/.exec(list.text)?.[0] ?? ''
  const key = keyOf(api)
  const unknown = await api.http.get('/dev/nothing')
  const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
  for (const [path, headers] of [
    ['/dev/mailbox', {}],
    [mail, {}],
    [`/dev/mailbox?key=${wrong}`, {}],
    [`/dev/mailbox?key=`, {}],
    [`/dev/mailbox?key=${key}&key=${key}`, {}],
    ['/dev/mailbox', { Cookie: `latchkey.mailbox=${wrong}` }],
    ['/dev/mailbox', { Cookie: 'latchkey.mailbox=j:{"$ne":""}' }],
    // What a neighbour's page on this machine, or a name that leads here, could say of itself.
    [mail, { Host: 'localhost', Origin: 'http://localhost:4000' }],
    [mail, { Host: 'latchkey.evil.example' }],
  ] as const) {
    const answer = await api.http.get(path).set(headers as Record<string, string>)
    expect([path, headers, answer.status, answer.text]).toEqual([path, headers, unknown.status, unknown.text])
    expect(setCookies(answer)).toEqual([])
    expect(Object.keys(answer.headers).toSorted()).toEqual(Object.keys(unknown.headers).toSorted())
  }
})

it('behind a proxy that says nothing of its clients, a reset link is nobody’s to read', async () => {
  const DATA_DIR = temporaryFolder()
  const api = await apiProcess({ DATA_DIR })
  await ready(api)
  const proxy = await forwardingProxy(api.url)
  const person = somebody()
  const post = (path: string, body: object) =>
    fetch(proxy + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await post('/api/register', person)).status).toBe(201)
  expect((await post('/api/forgot-password', { email: person.email })).status).toBe(200)

  // The developer, by the link from the terminal, is shown the mail.
  const link = /http:\/\/localhost:\d+\/dev\/mailbox\?key=[\w-]{43}/.exec(api.output())?.[0] ?? ''
  const file = join(DATA_DIR, 'outbox/key')
  expect(link.endsWith(`?key=${readFileSync(file, 'utf8')}`)).toBe(true)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const direct = link.replace('localhost', '127.0.0.1')
  const cookie = (await fetch(direct, { redirect: 'manual' })).headers.getSetCookie()[0]?.split(';')[0] ?? ''
  await eventually(async () => {
    const list = await fetch(`${api.url}/dev/mailbox`, { headers: { cookie } })
    expect(await list.text()).toContain(person.email)
  })
  const stranger = await (await fetch(`${proxy}/dev/mailbox`)).text()
  expect(stranger).not.toContain(person.email)
})

it('a restart keeps the key, so that an open mailbox stays open', async () => {
  const DATA_DIR = temporaryFolder()
  const first = await apiProcess({ DATA_DIR })
  await ready(first)
  const key = readFileSync(join(DATA_DIR, 'outbox/key'), 'utf8')
  first.child.kill('SIGTERM')
  await first.exited
  const second = await apiProcess({ DATA_DIR })
  await ready(second)
  const answer = await fetch(`${second.url}/dev/mailbox`, { headers: { cookie: `latchkey.mailbox=${key}` } })
  expect(await answer.text()).toContain('<h1>Mailbox</h1>')
})

it('in production there is no such page, and nothing says of a mail that it was sent', async () => {
  const production = await apiForTest({
    environment: {
      NODE_ENV: 'production',
      EMBEDDED_DATABASE: 'allow',
      JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
      JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
    },
  })
  expect(production.services.outbox).toBeNull()
  const shown = await production.http.get('/dev/mailbox').set('Accept', 'text/html').expect(404)
  expect(shown.text).toContain('<div id="root">')
  await registered(production)
  await eventually(() => expect(production.logged()).toContain('"mail":"verify_email","sent":false'))
})
