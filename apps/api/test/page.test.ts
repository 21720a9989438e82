import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type ErrorRequestHandler } from 'express'
import supertest from 'supertest'
import { expect, it, onTestFinished } from 'vitest'
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
  const webRoot = mkdtempSync(join(tmpdir(), 'latchkey-page-'))
  onTestFinished(() => rmSync(webRoot, { recursive: true }))
  const codes: string[] = []
  const answerCode: ErrorRequestHandler = (error, _req, res, _next) => {
    codes.push(error.code)
    res.sendStatus(404)
  }
  const http = supertest(express().use(singlePageApp({ webRoot, meta: {} }), answerCode))
  for (const path of ['/', '/login', '/index.html']) await http.get(path).expect(404)
  expect(codes).toEqual(['not_found', 'not_found', 'not_found'])
  writeFileSync(join(webRoot, 'index.html'), '<head></head>here')
  for (const path of ['/', '/login', '/index.html'])
    expect((await http.get(path).expect(200)).text).toMatch('here')
})
