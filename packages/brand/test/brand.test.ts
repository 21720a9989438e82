import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import * as brand from '../src/brand.ts'
import { slug } from '../src/slug.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

it('the name has letters, for files and reserved usernames, and breaks no header of a mail', () => {
  expect(slug).toMatch(/[\p{L}\p{N}]/u)
  for (const text of [brand.name, brand.mail.sender]) expect(text).not.toMatch(/[\r\n]/)
})

it('links are whole addresses: mails have no page that they could belong to', () => {
  for (const link of Object.values(brand.links)) expect(link).toMatch(/^https:\/\/[^/]/)
})

it('no page, mail or message says the name by itself', () => {
  const said = ['apps/web/src', 'apps/web/build', 'apps/web/index.html', 'apps/api/src']
    .flatMap((path) => sourcesBelow(join(root, path)))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => /\bLatchkey\b/.test(line) && !/^\s*(\/\/|\/?\*)/.test(line))
        .map((line) => `${relative(root, file)}: ${line.trim()}`),
    )
  // What the service that is asked is told, wherever it runs.
  expect(said).toEqual([
    "apps/api/src/sign-in/breached-passwords.ts: headers: { 'Add-Padding': 'true', 'User-Agent': 'Latchkey' },",
  ])
})

function sourcesBelow(path: string): string[] {
  if (path.endsWith('.html')) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test)\.(ts|tsx|css|html)$/.test(name))
    .map((name) => join(path, name))
}
