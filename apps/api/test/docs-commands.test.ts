import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { apiPrefix, demoRoutes, jwksPath, routes } from '@latchkey/contracts'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect, it } from 'vitest'
import { documentPath } from '../src/api-docs/docs-page.ts'
import { groups } from '../src/commands/table.ts'
import { seenPath } from '../src/doctor/seen.routes.ts'
import { settingsWithFiles } from '../src/environment.ts'
import { apiForTest } from './support/api.ts'
import { enrolled } from './support/authenticator.ts'
import { mailServer } from './support/mail-server.ts'
import { filesBelow, nameOf, pages, proseOf, root, textOf } from './support/pages.ts'
import { jarOf, login, password, verified } from './support/people.ts'
import { temporaryFolder } from './support/process.ts'
import { inWords, latchkeyWordsOf, type ShownCommand, shownCommands } from './support/shown-commands.ts'
import { latchkey } from './support/terminal.ts'
import { webhookReceiver, settings as webhookSettings } from './support/webhook-receiver.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const commands = groups.flatMap((group) => group.commands)

/** What a page shows, and what is wrong with it. */
const wrong = (shown: readonly ShownCommand[], complaint: (command: ShownCommand) => string | null) =>
  shown.flatMap((command) => {
    const said = complaint(command)
    return said === null ? [] : [inWords(command, said)]
  })

it('each command of the command line that a page shows is there, with its options', () => {
  const shown = shownCommands.filter((command) => latchkeyWordsOf(command))
  expect(shown.length).toBeGreaterThan(50)
  expect(
    wrong(shown, (command) => complaintOfLatchkey(latchkeyWordsOf(command) ?? [], command.isWhole)),
  ).toEqual([])
})

it('so is each example of its help', () => {
  const examples = commands.flatMap((command) => command.examples)
  expect(examples.length).toBeGreaterThan(commands.length)
  const lost = examples.filter(
    (example) => complaintOfLatchkey(example.replace(/ >.*$/, '').split(' '), true) !== null,
  )
  expect(lost).toEqual([])
})

it('and each that is there stands on the page about it', () => {
  const [, table = ''] = /^(\| command[\s\S]+?)\n\n/m.exec(read('docs/command-line.md')) ?? []
  const named = table.split('\n').flatMap((row) => {
    const [, cell = ''] = row.split('|')
    const [first = '', ...others] = [...cell.matchAll(/`([a-z][a-z -]*)/g)].map(([, words = '']) =>
      words.trim(),
    )
    const [group = ''] = first.split(' ')
    const alone = commands.some(({ name }) => name === group)
    return [alone ? group : first, ...others.map((word) => (alone ? word : `${group} ${word}`))]
  })
  expect(new Set(named.filter(Boolean))).toEqual(new Set(commands.map(({ name }) => name)))
})

it('each script, file, project and service that a command on a page names is there', () => {
  const shown = shownCommands.filter(({ words }) => words.length > 0 && words[0] !== 'latchkey')
  expect(shown.length).toBeGreaterThan(60)
  expect(wrong(shown, complaintOfProgram)).toEqual([])
})

it('each setting that a page names is one', () => {
  const named = [
    ...shownCommands.flatMap(({ page, settings }) => settings.map((text) => ({ page, text }))),
    ...pages.flatMap((page) =>
      [...proseOf(page).matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`/g)].map(([, text = '']) => ({ page, text })),
    ),
  ]
  expect(named.length).toBeGreaterThan(200)
  const known = knownSettings()
  const unknown = named.filter(({ text }) => !known.has(text.split('=', 1)[0] ?? ''))
  expect(unknown.map(({ page, text }) => `${nameOf(page)}: ${text}`)).toEqual([])
})

it('each endpoint that a page names is served', () => {
  const named = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`?\s]*)[^`]*`/g)].map(
      ([, method = '', path = '']) => ({ page, method, path }),
    ),
  )
  expect(named.length).toBeGreaterThan(60)
  const served = new Set([
    ...Object.values({ ...routes, ...demoRoutes }).map(({ method, path }) => `${method} ${path}`),
    `GET ${jwksPath}`,
    `GET ${seenPath}`,
    'GET /metrics',
    // What the pages say of it is that it is not served.
    'DELETE /sessions/',
  ])
  const lost = named.filter(
    ({ method, path }) =>
      !served.has(`${method} ${path}`) && !served.has(`${method} ${path.slice(apiPrefix.length)}`),
  )
  expect(lost.map(({ page, method, path }) => `${nameOf(page)}: ${method} ${path}`)).toEqual([])
})

it('the commands in the blocks of the pages do what is said, one after the other, on one installation', async () => {
  const receiver = await webhookReceiver()
  const mail = await mailServer()
  const api = await apiForTest({ environment: { ...webhookSettings(receiver), SMTP_URL: mail.url } })
  const ada = { username: 'ada', email: 'ada@example.com', password }
  const answer = await api.http.post('/api/register').send(ada).expect(201)
  const jar = jarOf(answer)
  const person = { ...ada, body: answer.body, jar, sessionId: jar.session.split('.', 1)[0] ?? '' }
  await verified(api, mail, person)
  await enrolled(api, await login(api, person))
  const folder = temporaryFolder()
  const people = 'email,username\ngrace@example.com,grace\n'
  writeFileSync(join(folder, 'users.csv'), people)
  /** Where backups are read into. */
  const target = { services: api.services, config: api.config, mongoUri: testDatabaseUri() }
  // Not there yet: one of the commands makes it.
  const environment = { SECRETS_FILE: join(folder, '.env') }

  const shown = new Set(
    shownCommands.flatMap((command) => (command.isWhole ? (latchkeyWordsOf(command)?.join('\0') ?? []) : [])),
  )
  expect(shown.size).toBeGreaterThan(20)
  const failed: string[] = []
  for (const words of [...shown].map((each) => each.split('\0'))) {
    const own = words.map((word) => ownOf(word, folder, api.url))
    const installation = own[0] === 'restore' ? target : api
    const input = own.includes('-') ? Readable.from([Buffer.from(people)]) : undefined
    const outcome = await latchkey(installation, own, { answer: 'yes', environment, ...(input && { input }) })
    // As the pages have it: `>> .env`.
    if (own.join(' ') === 'keys make webhook') appendFileSync(environment.SECRETS_FILE, outcome.stdout)
    if (outcome.status !== 0) failed.push(`${words.join(' ')}: ${outcome.status}, ${outcome.stderr}`)
  }
  expect(failed).toEqual([])
  expect(receiver.attempts.map(({ type }) => type)).toContain('webhook.test')
  const { stdout } = await latchkey(api, ['users', 'show', 'ada'])
  expect(stdout).toMatch(/^roles +.*admin/m)
}, 240_000)

/** A word of a command as it is in this test: its files lie in a folder, and its service is the one that is tried. */
function ownOf(word: string, folder: string, url: string): string {
  if (/^https:\/\/.*example\.com$/.test(word)) return url
  if (/^(?:\/backups\/|\/settings\/)?[\w.-]*\.(?:gz|csv|jsonl|env)$/.test(word))
    return join(folder, word.split('/').at(-1) ?? '')
  return word
}

/** Null: a command, and it takes these options. In a sentence it may be a group, or lack what stands for itself. */
function complaintOfLatchkey(words: readonly string[], isWhole: boolean): string | null {
  const cut = words.indexOf('…')
  const said = cut < 0 ? [...words] : words.slice(0, cut)
  const named = said.filter((word) => !word.startsWith('-'))
  const command = commands.find(({ name }) => name === named[0] || name === named.slice(0, 2).join(' '))
  if (!command)
    return !isWhole &&
      (named.length === 0 || groups.some(({ name }) => named.length === 1 && name === named[0]))
      ? null
      : 'no such command'
  const options = Object.entries(command.options ?? {}).map(([name, { value, multiple = false }]) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple },
  ])
  try {
    const { positionals } = parseArgs({
      args: said,
      allowPositionals: true,
      options: { json: { type: 'boolean' }, help: { type: 'boolean' }, ...Object.fromEntries(options) },
    })
    const given = positionals.length - command.name.split(' ').length
    const wanted = (command.words ?? []).filter(({ optional }) => !optional).length
    return isWhole && cut < 0 && given < wanted ? 'a word is missing' : null
  } catch (error) {
    return String(error)
  }
}

const scriptsIn = (folder: string) =>
  Object.keys(JSON.parse(read(join(folder, 'package.json'))).scripts ?? {})

/** Of a package by its name. */
function folderOf(name: string): string | undefined {
  return packageFolders().find((folder) => JSON.parse(read(join(folder, 'package.json'))).name === name)
}

const packageFolders = () =>
  ['apps', 'packages', 'examples']
    .flatMap((above) => readdirSync(join(root, above)).map((each) => join(above, each)))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))

/** What a program is told that it does not know, or null. */
function complaintOfProgram(command: ShownCommand): string | null {
  const [program = '', first = '', ...rest] = command.words
  const said = [first, ...rest]
  if (program === 'pnpm' || (program === 'npx' && first === 'pnpm@12'))
    return complaintOfPnpm(program === 'pnpm' ? said : rest)
  if (program === 'npx' && first === 'vitest') return complaintOfVitest(rest)
  if (program === 'npx' && first === 'tsc') return complaintOfCompiler(rest)
  if (program === 'npx') return complaintOfTool(first, rest)
  if (program === 'npm') return complaintOfPackages(rest)
  if (program === 'docker' && first === 'compose') return complaintOfCompose(rest)
  if (program === 'curl') return complaintOfUrl(said)
  if (program === 'kubectl') return complaintOfKubernetes(rest)
  const file = said.find((word) => /\.(?:py|js|sh)$|^\.ci\/run$/.test(word)) ?? ''
  const from =
    program === 'docker' ? root : [dirname(command.page), root].find((each) => existsSync(join(each, file)))
  const source = file.replace(/^apps\/api\/dist\/(\w+)\.js$/, 'apps/api/src/commands/$1.ts')
  return file !== '' && from && existsSync(join(from, source))
    ? null
    : 'nobody has said here how to look at this'
}

function complaintOfPnpm(words: readonly string[]): string | null {
  const filtered = words[0] === '--filter'
  const folder = filtered ? folderOf(words[1] ?? '') : '.'
  const script = words[filtered ? 2 : 0] ?? ''
  if (folder === undefined) return `no package ${words[1]}`
  return [...scriptsIn(folder), 'install', 'pack'].includes(script) ? null : `no script ${script}`
}

function complaintOfVitest(words: readonly string[]): string | null {
  const projects = [...read('vitest.config.ts').matchAll(/name: '(\w+)'/g)].map(([, name]) => name)
  const project = words[words.indexOf('--project') + 1]
  if (words.includes('--project') && !projects.includes(project)) return `no project ${project}`
  // The recipes end in a product, whose tests stand with it.
  const isThere = (path: string) =>
    [root, join(root, 'examples/invoices')].some((above) => existsSync(join(above, path)))
  const lost = words.filter((word) => word.includes('/') && !isThere(word))
  return lost.length > 0 ? `no file ${lost.join(', ')}` : null
}

function complaintOfCompiler([how, ...projects]: readonly string[]): string | null {
  const lost = projects.filter((folder) => !existsSync(join(root, folder, 'tsconfig.json')))
  return how === '-b' && lost.length === 0 ? null : `nothing to build in ${lost.join(', ')}`
}

/** A program of others: one that a test of ours has tried. */
function complaintOfTool(name: string, words: readonly string[]): string | null {
  if (!(name in JSON.parse(read('apps/api/package.json')).devDependencies)) return `no test here uses ${name}`
  return complaintOfUrl(words)
}

/** What is to be installed: packages of ours, or what one of them or of the API's tests needs. */
function complaintOfPackages(words: readonly string[]): string | null {
  const manifests = packageFolders().map((folder) => JSON.parse(read(join(folder, 'package.json'))))
  const known = new Set(
    manifests.flatMap(({ name, dependencies, devDependencies }) => [
      name,
      ...Object.keys({ ...dependencies, ...devDependencies }),
    ]),
  )
  const strange = words.filter((word) => !word.startsWith('-') && !known.has(word))
  return strange.length > 0 ? `nothing here uses ${strange.join(', ')}` : null
}

function complaintOfUrl(words: readonly string[]): string | null {
  const url = words.find((word) => URL.canParse(word))
  if (url === undefined) return null
  const served = [...Object.values<{ path: string }>(routes).map(({ path }) => path), documentPath]
  const { pathname } = new URL(url)
  return served.some((path) => pathname === apiPrefix + path) ? null : `nothing is served at ${pathname}`
}

function complaintOfCompose(words: readonly string[]): string | null {
  const files = words.flatMap((word, index) => (words[index - 1] === '-f' ? [word] : []))
  const lost = files.filter((file) => !existsSync(join(root, file)))
  if (lost.length > 0) return `no file ${lost.join(', ')}`
  const services = [...read('docker-compose.yml').matchAll(/^ {2}([a-z-]+):$/gm)].map(([, name]) => name)
  const [verb = '', ...others] = words.filter((word, index) => word !== '-f' && words[index - 1] !== '-f')
  if (!['up', 'run', 'stop', 'start', 'cp', 'exec'].includes(verb)) return `what is ${verb}?`
  const withValues = new Set(['--volume', '--user', '--env'])
  const plain = others.filter(
    (word, index) => !word.startsWith('-') && !withValues.has(others[index - 1] ?? ''),
  )
  const [service] = plain.map((word) => word.split(':', 1)[0])
  return service === undefined || services.includes(service) ? null : `no service ${service}`
}

function complaintOfKubernetes(all: readonly string[]): string | null {
  const words = all.includes('…') ? all.slice(0, all.indexOf('…')) : all
  const [, , name = ''] = words.filter((word) => !word.startsWith('-'))
  const keys = words.flatMap((word) => /^--from-(?:file|literal)=([^=]+)=/.exec(word)?.[1] ?? [])
  const lost = [name, ...keys].filter((each) => !read('docker/kubernetes.yml').includes(each))
  return lost.length > 0 ? `docker/kubernetes.yml does not have ${lost.join(', ')}` : null
}

/** Of the API, of Compose, and of what tests and measurements are told. */
function knownSettings(): Set<string> {
  const ofFiles = ['.env.example', 'docker-compose.yml', 'docker/scale.yml'].flatMap((file) => [
    ...read(file).matchAll(/(?:^|\$\{)([A-Z][A-Z0-9_]+)(?:=|:|\})/gm),
  ])
  const ofTools = filesBelow(root, /\.tsx?$/).flatMap((file) => [
    ...textOf(file).matchAll(/process\.env\.([A-Z][A-Z0-9_]+)/g),
  ])
  return new Set([
    ...[...ofFiles, ...ofTools].map(([, name = '']) => name),
    ...settingsWithFiles.map((name) => `${name}_FILE`),
  ])
}
