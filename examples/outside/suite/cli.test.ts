import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, inject, it } from 'vitest'
import { compile, project } from './support/project.ts'
import { run } from './support/run.ts'
import { asking, somebody } from './support/shopper.ts'

const ask = asking(inject('apiUrl'))
const ada = somebody()

let folder: string
beforeAll(async () => {
  folder = await project('cli')
  await compile(folder)
  await ask('/register', { body: ada })
})

const file = (name: string) => join(folder, name)

/** One run of the program, in a process of its own. */
const shop = (tokenFile: string, args: string[], input = '') =>
  run(process.execPath, ['build/cli.js', ...args], {
    cwd: folder,
    env: { SHOP_API: `${inject('apiUrl')}/api`, SHOP_TOKEN_FILE: tokenFile },
    input,
  })

const signIn = (tokenFile: string) => shop(tokenFile, ['login', ada.email], `${ada.password}\n`)
const orders = { code: 0, stdout: 'a lock\na key\n' }

it('signs in, and keeps nothing but the refresh token, in a file for its owner alone', async () => {
  const token = file('first')
  expect(await signIn(token)).toEqual({ code: 0, stdout: `Hello, ${ada.username}.\n`, stderr: '' })
  expect((await stat(token)).mode & 0o777).toBe(0o600)
  expect(await readFile(token, 'utf8')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
})

it('is still signed in the next time, with another token each time', async () => {
  const token = file('second')
  await signIn(token)
  const seen = new Set([await readFile(token, 'utf8')])
  for (const _ of [1, 2]) {
    expect(await shop(token, ['orders'])).toMatchObject(orders)
    seen.add(await readFile(token, 'utf8'))
  }
  expect(seen.size).toBe(3)
  expect((await stat(token)).mode & 0o777).toBe(0o600)
})

it('may run several times at once', async () => {
  const token = file('shared')
  await signIn(token)
  const runs = await Promise.all([1, 2, 3].map(() => shop(token, ['orders'])))
  for (const each of runs) expect(each).toMatchObject(orders)
  expect(await shop(token, ['orders'])).toMatchObject(orders)
})

it('signs out: the file is gone, and what stood in it opens nothing', async () => {
  const token = file('left')
  await signIn(token)
  const refreshToken = await readFile(token, 'utf8')
  expect((await shop(token, ['logout'])).code).toBe(0)
  expect(existsSync(token)).toBe(false)
  const after = await ask('/refresh-token', { body: { refreshToken } })
  expect([after.status, after.body.code]).toEqual([403, 'refresh_token_revoked'])
  expect(await shop(token, ['orders'])).toMatchObject({ code: 1, stderr: expect.stringMatching('Nobody is') })
})

it('says that the password is wrong, and keeps nothing', async () => {
  const token = file('wrong')
  expect((await shop(token, ['login', ada.email], 'wrong')).code).toBe(1)
  expect(existsSync(token)).toBe(false)
})
