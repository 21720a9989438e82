import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { routes } from '@latchkey/contracts'
import { Validator } from '@seriousme/openapi-schema-validator'
import openapiTS, { astToString } from 'openapi-typescript'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../src/config.ts'
import { answerProblem } from './support/answer-schemas.ts'
import { document } from './support/answers.ts'
import { apiForTest, startApi, type TestApi } from './support/api.ts'

const production = { NODE_ENV: 'production', MONGO_URI: 'mongodb://127.0.0.1/latchkey' }
const keys = {
  JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
  JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
}

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

describe('the OpenAPI document', () => {
  it('is valid, by a validator that is not ours', async () => {
    const { body } = await api.http.get('/api/openapi.json').expect(200)
    expect(body.openapi).toBe('3.1.0')
    expect(await new Validator().validate(body)).toEqual({ valid: true })
  })

  it('has every endpoint, under its name in the table', async () => {
    const { body } = await api.http.get('/api/openapi.json')
    const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    )
    expect(operations).toEqual(expect.arrayContaining(Object.keys(routes)))
    expect(new Set(operations).size).toBe(operations.length)
  })

  it('is sent once, and then said to be the same', async () => {
    const first = await api.http.get('/api/openapi.json')
    expect(first.headers).toMatchObject({ 'cache-control': 'no-cache', etag: expect.stringMatching(/^"/) })
    const again = await api.http.get('/api/openapi.json').set('If-None-Match', first.headers.etag ?? '')
    expect(again.status).toBe(304)
  })

  it('says where the API is, and what its cookie is called', async () => {
    const { http } = await apiForTest({ environment: { PUBLIC_URL: 'https://id.example.com' } })
    const { body } = await http.get('/api/openapi.json')
    expect(body.servers).toEqual([{ url: 'https://id.example.com/api' }])
    expect(body.components.securitySchemes.refreshToken.name).toBe('__Host-latchkey.refreshToken')
  })
})

describe('in production', () => {
  it('there is neither document nor page, unless a setting says so', () => {
    const apiDocs = (environment: object) =>
      readConfig({ ...production, ...keys, ...environment }, () => expect.unreachable()).server.apiDocs
    expect(apiDocs({})).toBe(false)
    expect(apiDocs({ API_DOCS: 'on' })).toBe(true)
    expect(readConfig({ API_DOCS: 'off', ...keys }, () => expect.unreachable()).server.apiDocs).toBe(false)
  })

  it('switched off, their addresses are not found', async () => {
    const { http } = await apiForTest({ environment: { API_DOCS: 'off' } })
    for (const path of ['/api/openapi.json', '/api/docs', '/api/docs/try-it.js'])
      expect((await http.get(path)).body.code).toBe('not_found')
  })

  it('switched on, they leave out what only development has', async () => {
    const shipped = await apiForTest({
      environment: { NODE_ENV: 'production', ...keys, API_DOCS: 'on', EMBEDDED_DATABASE: 'allow' },
    })
    const pathsOf = async ({ http }: typeof shipped) =>
      Object.keys((await http.get('/api/openapi.json')).body.paths)
    expect(await pathsOf(api)).toContain('/demo/steal-cookie')
    expect(await pathsOf(shipped)).not.toContain('/demo/steal-cookie')
    expect(await pathsOf(shipped)).toContain('/login')
  })
})

it('the page loads what this server has, and nothing from elsewhere or inside itself', async () => {
  const { text, headers } = await api.http.get('/api/docs').expect(200)
  expect(headers['content-security-policy']).toMatch(/script-src 'self';style-src 'self';/)
  expect(text).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]* src=)/)
  const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
  expect(loaded.every((address) => /^\/(?!\/)/.test(address))).toBe(true)
  const own = loaded.filter((address) => address.startsWith('/api/docs/'))
  expect(own).toHaveLength(4)
  for (const address of own) await api.http.get(address).expect(200)
})

it('a client made of it compiles, and one that uses it wrongly does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-client-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('api.ts', astToString(await openapiTS(JSON.stringify(document), { silent: true })))
  write('right.ts', right)
  const wrongUses = Object.values(wrong)
  for (const [index, use] of wrongUses.entries()) write(`wrong-${index}.ts`, `${preamble}${use}\n`)
  const { resolve } = createRequire(import.meta.url)
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ target: 'ES2023', lib: ['ES2023', 'DOM'], module: 'preserve', moduleResolution: 'bundler' },
    paths: { 'openapi-fetch': [dirname(resolve('openapi-fetch/package.json'))] },
  }
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))

  const complaints = await compile(folder)
  const files = complaints.map((complaint) => complaint.replace(/\(.*/, ''))
  expect(files, complaints.join('\n')).toEqual(wrongUses.map((_, index) => `wrong-${index}.ts`))
})

const preamble = `import createClient from 'openapi-fetch'
import type { components, paths } from './api'

export const client = createClient<paths>({ baseUrl: 'https://id.example.com/api' })
export type Code = components['schemas']['Problem']['code']
`

const right = `${preamble}
export async function signIn(email: string, password: string): Promise<string> {
  const { data, error, response } = await client.POST('/login', { body: { email, password } })
  if (error) {
    const code: Code = error.code
    throw new Error(\`\${response.status} \${code}: \${error.detail}\`)
  }
  return 'ticket' in data ? data.ticket : data.accessToken
}

export async function nameIt(id: string): Promise<string | null> {
  const { data } = await client.PATCH('/sessions/{id}', { params: { path: { id } }, body: { name: 'Kitchen' } })
  return data?.session.name ?? null
}

export const found = client.GET('/admin/users', { params: { query: { filter: 'disabled', sort: '-joined' } } })
`

const wrong = {
  'a body without what it needs': `client.POST('/login', { body: { email: 'ada' } })`,
  'a path that is not there': `client.GET('/nowhere')`,
  'a method that a path does not have': `client.DELETE('/login')`,
  'a path without its parameter': `client.DELETE('/sessions/{id}', { params: { path: {} } })`,
  'a word that a query does not know': `client.GET('/admin/users', { params: { query: { sort: 'age' } } })`,
  'an answer taken for something else': `client.GET('/me').then(({ data }) => data?.user.createdAt.getTime())`,
  'a code that does not exist': `export const code: Code = 'on_fire'`,
}

/** The first line of each complaint of the compiler of this repository, by the names of files. */
async function compile(folder: string): Promise<string[]> {
  const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))
  const run = promisify(execFile)(process.execPath, [tsc, '--project', folder, '--pretty', 'false'], {
    cwd: folder,
  })
  const { stdout } = await run.catch((failed: { stdout: string }) => failed)
  return stdout
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .sort()
}

describe('an answer that is not in the document is found', () => {
  const message = { path: '/change-password', method: 'post', status: 200, type: 'application/json' }
  const problem = { type: 'urn:x', title: 'x', status: 400, detail: 'x', message: 'x' }
  const refused = { ...message, status: 400, type: 'application/problem+json' }

  it.each([
    ['as it should be', { ...message, text: '{"message":"Done."}' }, null],
    ['of another status', { ...message, status: 418, text: '' }, 'its contract lists no such status.'],
    ['without what it has to have', { ...message, text: '{}' }, /must have required property 'message'/],
    [
      'with more than it may have',
      { ...message, text: '{"message":"","hash":""}' },
      /must NOT have additional properties/,
    ],
    ['of another kind', { ...message, text: '{"message":1}' }, /message must be string/],
    [
      'of another media type',
      { ...message, type: 'text/html', text: '' },
      'its contract says nothing of text/html.',
    ],
    ['a problem', { ...refused, text: JSON.stringify({ ...problem, code: 'validation_failed' }) }, null],
    [
      'a problem of others',
      { ...refused, text: JSON.stringify({ ...problem, code: 'token_used' }) },
      'its contract does not list that code.',
    ],
    [
      'a body where there is none',
      { ...message, path: '/sessions', method: 'delete', status: 204, text: '{}' },
      'its contract says there is no body.',
    ],
  ])('%s', (_, answer, expected) => {
    const found = answerProblem(document, answer)
    if (expected instanceof RegExp) expect(found).toMatch(expected)
    else expect(found).toBe(expected)
  })
})
