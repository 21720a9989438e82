import { expect, it } from 'vitest'
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
