import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
// biome-ignore lint/style/noRestrictedImports: how a browser is found on this machine, and nothing of the product
import { launchChromium } from '../../../apps/web/e2e/support/chromium.ts'
import { compile, project } from './support/project.ts'
import { node } from './support/run.ts'
import { type Served, serve } from './support/server.ts'
import { asking, type Member, somebody } from './support/shopper.ts'

let folder: string
let page: Served
let browser: Awaited<ReturnType<typeof launchChromium>>
let ada: Member

beforeAll(async () => {
  folder = await project('page')
  await compile(folder)
  await node(folder, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'])
  // The next port that is free: it says which.
  const options = ['--host', 'localhost']
  page = await serve(folder, ['node_modules/vite/bin/vite.js', 'preview', ...options], {
    SHOP_API: inject('apiUrl'),
    NO_COLOR: '1',
  })
  browser = await launchChromium()
  ada = somebody()
  await asking(inject('apiUrl'))('/register', { body: ada })
})
afterAll(async () => {
  await browser?.close()
  await page?.stop()
})

it('is built so that axios is downloaded later', async () => {
  const assets = join(folder, 'dist/assets')
  const scripts = (await readdir(assets)).filter((file) => file.endsWith('.js'))
  const html = await readFile(join(folder, 'dist/index.html'), 'utf8')
  const [, entry = ''] = /src="\/assets\/([^"]+)"/.exec(html) ?? []
  const withAxios = async (file: string) =>
    (await readFile(join(assets, file), 'utf8')).includes('maxContentLength')
  expect(await withAxios(entry)).toBe(false)
  const later = await Promise.all(scripts.filter((file) => file !== entry).map(withAxios))
  expect(later).toContain(true)
})

it('signs in on a host and port of its own, stays signed in over a reload, and signs out', async () => {
  const context = await browser.newContext({ baseURL: page.url })
  context.setDefaultTimeout(15_000)
  const tab = await context.newPage()
  const complaints: string[] = []
  tab.on('pageerror', (error) => complaints.push(error.message))
  const heading = tab.getByRole('heading', { name: `Hello, ${ada.username}` })

  await tab.goto('/')
  await tab.getByLabel('Email').fill(ada.email)
  await tab.getByLabel('Password').fill(ada.password)
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await heading.waitFor()
  await tab.getByRole('button', { name: 'Orders' }).click()
  await tab.getByText('a lock').waitFor()

  await tab.reload()
  await heading.waitFor()
  const cookies = await context.cookies()
  expect(cookies.find(({ name }) => name === 'latchkey.session')?.value).toMatch(/\.1$/)
  expect(cookies.find(({ name }) => name === 'latchkey.refreshToken')?.httpOnly).toBe(true)

  await tab.getByRole('button', { name: 'Sign out' }).click()
  await tab.getByRole('button', { name: 'Sign in' }).waitFor()
  expect(complaints).toEqual([])
  await context.close()
})
