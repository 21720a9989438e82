import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { refresh, registered, setCookies } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ environment: { CLIENT_URL: 'https://app.example.com, https://admin.example.com/' } })
})
afterAll(() => api.close())

it.each(['/api/login', '/api/register', '/api/refresh-token', '/api/logout', '/api/token'])(
  'a form on another site that posts to %s is a 403 that touches nothing',
  async (path) => {
    const person = await registered(api)
    for (const headers of [
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null' },
      { Origin: 'https://evil-example.com' },
      { Origin: 'https://app.example.com.evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.localhost' },
    ]) {
      const response = await api.http
        .post(path)
        .set(headers)
        .set('Cookie', person.jar.header)
        .type('form')
        .send('a=b')
      expect(response.status).toBe(403)
      expect(response.body.code).toBe('cross_site_request')
      expect(response.headers['access-control-allow-origin']).toBeUndefined()
      expect(setCookies(response)).toEqual([])
    }
    await refresh(api, person.jar).expect(200)
  },
)

it("the page's own requests pass, with and without the browser's own word", async () => {
  const own = new URL(api.url).origin
  for (const headers of [{ 'Sec-Fetch-Site': 'same-origin', Origin: own }, { Origin: own }, {}]) {
    const person = await registered(api)
    await refresh(api, person.jar, headers as Record<string, string>).expect(200)
  }
})

it('an origin in CLIENT_URL may call with cookies, and no other may', async () => {
  const preflight = (origin: string) =>
    api.http.options('/api/refresh-token').set({
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x-refresh-lock',
    })
  const allowed = await preflight('https://admin.example.com')
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': 'https://admin.example.com',
    'access-control-allow-credentials': 'true',
  })
  expect(allowed.headers['access-control-allow-headers']).toContain('X-Refresh-Lock')
  expect(allowed.headers.vary).toContain('Origin')
  const person = await registered(api)
  const response = await refresh(api, person.jar, {
    Origin: 'https://admin.example.com',
    'Sec-Fetch-Site': 'same-site',
  })
  expect(response.status).toBe(200)
  expect(response.headers['access-control-allow-origin']).toBe('https://admin.example.com')

  for (const origin of ['null', 'https://evil-example.com', 'http://app.example.com'])
    expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined()
})

it('behind PUBLIC_URL only that origin counts, whatever the Host header says', async () => {
  const https = await apiForTest({
    environment: { PUBLIC_URL: 'https://app.example.com', CLIENT_URL: 'https://app.example.com' },
  })
  const attempt = (origin: string) =>
    https.http.post('/api/logout').set({ Origin: origin, Host: 'evil.example' })
  await attempt('https://app.example.com').expect(204)
  await attempt('https://evil.example').expect(403)
})

it('on plain http the page works by any name of the machine, also when PUBLIC_URL says another', async () => {
  const http = await apiForTest({ environment: { PUBLIC_URL: 'http://localhost:4000' } })
  const attempt = (origin: string, host: string) =>
    http.http.post('/api/logout').set({ Origin: origin, Host: host })
  await attempt('http://localhost:4000', 'api:4000').expect(204)
  await attempt('http://192.168.1.5:4000', '192.168.1.5:4000').expect(204)
  await attempt('http://evil.example', '192.168.1.5:4000').expect(403)
  await attempt('null', '192.168.1.5:4000').expect(403)
})

it('behind https a page of the same name that came unencrypted is another site', async () => {
  const https = await apiForTest({ environment: { PUBLIC_URL: 'https://app.example.com' } })
  const attempt = (origin: string) =>
    https.http.post('/api/logout').set({ Origin: origin, Host: 'app.example.com' })
  await attempt('https://app.example.com').expect(204)
  await attempt('http://app.example.com').expect(403)
})
