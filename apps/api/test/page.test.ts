import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type ErrorRequestHandler } from 'express'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { singlePageApp } from '../src/http/single-page-app.ts'
import { apiForTest } from './support/api.ts'

it('the page and its scripts may be compressed, an answer of the API never is: it may hold a token (BREACH)', async () => {
  const api = await apiForTest()
  const ask = (path: string) => api.http.get(path).set('Accept-Encoding', 'gzip')
  expect((await ask('/login')).headers.vary).toContain('Accept-Encoding')
  expect((await ask('/assets/main-abc123.js')).headers.vary).toContain('Accept-Encoding')
  expect((await ask('/api/health/live')).headers.vary).not.toContain('Accept-Encoding')
})

it('the page is asked for anew each time, under the name of its file too', async () => {
  const api = await apiForTest()
  for (const path of ['/', '/login', '/index.html'])
    expect((await api.http.get(path).expect(200)).headers['cache-control']).toBe('no-cache')
})

it('there is no page where none was built, and one as soon as it is', async () => {
  const webRoot = emptyFolder()
  const codes: string[] = []
  const answerCode: ErrorRequestHandler = (error, _req, res, _next) => {
    codes.push(error.code)
    res.sendStatus(404)
  }
  const http = supertest(
    express().use(singlePageApp({ webRoot, publicUrl: undefined, meta: {} }), answerCode),
  )
  for (const path of ['/', '/login', '/index.html']) await http.get(path).expect(404)
  writeFileSync(join(webRoot, 'index.html'), '<head></head>here')
  for (const path of ['/', '/login', '/index.html']) await http.get(path).expect(404)
  mkdirSync(join(webRoot, '.vite'))
  writeFileSync(join(webRoot, '.vite/page-addresses.txt'), '^/(?:|login)/*$')
  for (const path of ['/', '/login', '/index.html'])
    expect((await http.get(path).expect(200)).text).toMatch('here')
  expect(codes).toEqual(Array.from({ length: 6 }, () => 'not_found'))
})

const navigation = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

it.each([
  '/login',
  '/Login/',
  '/account/password',
  '/admin/users/0123456789abcdef01234567',
  '/login?next=%2F',
])('%s is a page, for a browser and for a program', async (path) => {
  const api = await apiForTest()
  for (const headers of [navigation, {}]) {
    const response = await api.http.get(path).set(headers).expect(200)
    expect(response.headers['content-type']).toMatch('text/html')
  }
})

it.each([
  '/nonsense',
  '/wp-admin',
  '/login/x',
  '/loginx',
  '/admin/users/x/y',
  '/.env',
  '/.vite/page-addresses.txt',
  '/.well-known/unknown',
  '/.well-known/openid-configuration',
  '/favicon.ico',
  '/favicon.ico/',
  '/apple-touch-icon-precomposed.png',
  '/index.php',
  '/backup.tar.gz',
])('%s is a 404: to a browser the page, which says so, to anybody else a problem', async (path) => {
  const api = await apiForTest()
  const shown = await api.http.get(path).set(navigation).expect(404)
  expect(shown.text).toMatch('<div id="root">')
  expect(shown.headers).toMatchObject({
    'cache-control': 'no-cache',
    vary: expect.stringContaining('Accept'),
    'content-type': expect.stringContaining('text/html'),
  })
  for (const headers of [{}, { Accept: 'image/avif,image/webp,*/*' }]) {
    const { body, headers: answered } = await api.http.get(path).set(headers).expect(404)
    expect(answered['content-type']).toMatch('application/problem+json')
    expect(body.code).toBe('not_found')
  }
})

it('a page that is gone is never answered from what a browser has kept', async () => {
  const api = await apiForTest()
  const { headers } = await api.http.get('/nonsense').set(navigation)
  await api.http
    .get('/nonsense')
    .set({ ...navigation, 'If-None-Match': headers.etag ?? '*' })
    .expect(404)
})

it('a script that is gone is a problem even to who opens it: a browser would keep the page as a script', async () => {
  const api = await apiForTest()
  const response = await api.http.get('/assets/gone-abc.js').set(navigation).expect(404)
  expect(response.headers['content-type']).toMatch('application/problem+json')
})

it('the picture of a link’s preview has a whole address where the public one is known', async () => {
  const webRoot = emptyFolder()
  mkdirSync(join(webRoot, '.vite'))
  writeFileSync(join(webRoot, '.vite/page-addresses.txt'), '^/$')
  writeFileSync(
    join(webRoot, 'index.html'),
    '<head><meta property="og:image" content="/social.png" /></head>',
  )
  const pageOf = async (publicUrl: string | undefined) =>
    (await supertest(express().use(singlePageApp({ webRoot, publicUrl, meta: {} }))).get('/')).text
  expect(await pageOf('https://id.example.com')).toMatch('content="https://id.example.com/social.png"')
  expect(await pageOf(undefined)).toMatch('content="/social.png"')
})

describe('what the build has rendered', () => {
  const made = (language: string) => ({
    dir: 'ltr',
    title: `title ${language}`,
    html: `<p>$& ${language}</p>`,
  })
  const session = `0123456789abcdef01234567.1`

  function openPage() {
    const webRoot = emptyFolder()
    mkdirSync(join(webRoot, '.vite'))
    writeFileSync(join(webRoot, '.vite/page-addresses.txt'), '^/(?:|login)/*$')
    const page = '<html lang="en"><head><title>T</title></head><div id="root"></div></html>'
    writeFileSync(join(webRoot, 'index.html'), page)
    const prerendered = join(webRoot, '.vite/prerendered.json')
    writeFileSync(prerendered, JSON.stringify({ '/login': { en: made('en'), de: made('de') } }))
    const http = supertest(express().use(singlePageApp({ webRoot, publicUrl: undefined, meta: {} })))
    return { http, page, prerendered }
  }

  it.each([
    [{}, 'en'],
    [{ 'Accept-Language': 'de-AT, en;q=0.5' }, 'de'],
    [{ 'Accept-Language': 'fr' }, 'en'],
    [{ Cookie: 'theme=dark; mysession=1' }, 'en'],
  ])('is sent to whoever has no session: with %j in %s', async (headers, language) => {
    const { http } = openPage()
    for (const path of ['/login', '/Login/']) {
      const { text, headers: answered } = await http.get(path).set(headers).expect(200)
      expect(text).toBe(
        `<html lang="${language}" dir="ltr"><head><title>title ${language}</title>  \n  </head>` +
          `<div id="root" data-prerendered="${language}"><p>$& ${language}</p></div></html>`,
      )
      expect(answered.vary).toMatch(/Accept-Language.*Cookie/)
      await http
        .get(path)
        .set({ ...headers, 'If-None-Match': answered.etag ?? '' })
        .expect(304)
    }
  })

  it.each([
    ['/login', `latchkey.session=${session}`],
    ['/login', `a=b; __Host-latchkey.session=${session}`],
    ['/login', `session=${session}`],
    ['/', ''],
    ['/index.html', ''],
  ])('is not sent for %s with the cookies “%s”', async (path, cookies) => {
    const { text } = await openPage().http.get(path).set('Cookie', cookies).expect(200)
    expect(text).toMatch('<div id="root"></div>')
  })

  it('is another one after the next build', async () => {
    const { http, prerendered } = openPage()
    const before = await http.get('/login')
    writeFileSync(prerendered, JSON.stringify({ '/login': { en: { ...made('en'), html: 'new' } } }))
    utimesSync(prerendered, 1, 1)
    const { text, headers } = await http
      .get('/login')
      .set('If-None-Match', before.headers.etag ?? '')
      .expect(200)
    expect(text).toMatch('>new<')
    expect(headers.etag).not.toBe(before.headers.etag)
  })
})

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}
