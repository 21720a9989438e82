import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { downloads, published } from '../published.ts'
import { emptyProject } from './support/project.ts'
import { node, run } from './support/run.ts'

interface Manifest {
  version: string
  private?: boolean
  exports: Record<string, string | { types: string; default: string }>
  dependencies?: Record<string, string>
}

const here = fileURLToPath(new URL('..', import.meta.url))
const names = Object.keys(published)
const { tarballs } = inject('packed')
const tarballOf = (name: string) => tarballs[`@latchkey/${name}`] ?? ''

let folder: string
beforeAll(async () => {
  const ours = Object.fromEntries(names.map((name) => [`@latchkey/${name}`, '0.1.0']))
  const peers = await Promise.all(names.map(peersOf))
  folder = await emptyProject({
    ...Object.assign({}, ...peers),
    ...ours,
    '@types/node': '20.19.43',
    typescript: '7.0.2',
    typescript5: 'npm:typescript@5.9.3',
  })
})

/** What a package expects to find, in the version that it is developed with. */
async function peersOf(name: string): Promise<Record<string, string>> {
  const source = await readFile(join(sourceOf(name), 'package.json'), 'utf8')
  const {
    peerDependencies = {},
    devDependencies = {},
  }: Record<string, Record<string, string>> = JSON.parse(source)
  return Object.fromEntries(Object.keys(peerDependencies).map((peer) => [peer, devDependencies[peer] ?? '']))
}

const sourceOf = (name: string) => join(here, '../../packages', name)
const installed = (name: string) => join(folder, 'node_modules/@latchkey', name)
const manifestOf = async (name: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(installed(name), 'package.json'), 'utf8'))

/** What can be imported of all packages: `@latchkey/contracts/server`. */
async function entries(): Promise<string[]> {
  const all = names.map(async (name) =>
    Object.keys((await manifestOf(name)).exports)
      .filter((path) => !path.endsWith('.json'))
      .map((path) => `@latchkey/${name}${path.slice(1)}`),
  )
  return (await Promise.all(all)).flat()
}

describe.each(names)('the package of %s', (name) => {
  it('is found right by publint', async () => {
    const said = await run(join(here, 'node_modules/.bin/publint'), ['run', tarballOf(name), '--strict'], {
      cwd: here,
    })
    expect(said).toMatchObject({ code: 0 })
  })

  it('has the right types wherever they are looked for', async () => {
    const args = [tarballOf(name), '--profile', 'esm-only', '--no-color', '--no-emoji']
    const said = await run(join(here, 'node_modules/.bin/attw'), args, { cwd: here })
    expect(said).toMatchObject({ code: 0 })
  })

  it('holds what today’s source was built to, and nothing else', async () => {
    const source = join(sourceOf(name), 'src')
    const sources = (await filesBelow(source)).filter((file) => /\.tsx?$/.test(file))
    const stems = sources.map((file) => file.replace(/\.tsx?$/, ''))
    const built = stems.flatMap((stem) => [`${stem}.d.ts`, `${stem}.js`, `${stem}.js.map`])
    expect((await filesBelow(join(installed(name), 'dist'))).toSorted()).toEqual(built.toSorted())
    const others = (await readdir(installed(name))).filter((file) => !['dist', 'node_modules'].includes(file))
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
  })

  it('says what can be imported, and has nothing of this repository', async () => {
    const manifest = await manifestOf(name)
    expect(manifest.private).toBeUndefined()
    expect(JSON.stringify(manifest)).not.toMatch(/workspace:|\.\/src\/|\.\/test\//)
    for (const entry of Object.values(manifest.exports))
      for (const path of typeof entry === 'string' ? [entry] : Object.values(entry))
        expect(existsSync(join(installed(name), path)), path).toBe(true)
    const readme = await readFile(join(installed(name), 'README.md'), 'utf8')
    expect(readme).toContain(`npm install @latchkey/${name}`)
    // The registry shows it where there are no neighbours.
    expect(readme).not.toMatch(/\]\(\.\.\//)
  })

  it('keeps to its budget', async () => {
    const { size } = await stat(tarballOf(name))
    console.log(`${name}: ${size} bytes packed`)
    expect(size).toBeLessThanOrEqual(published[name] ?? 0)
  })
})

it('all have one version, and ask for each other by it', async () => {
  const manifests = await Promise.all(names.map(manifestOf))
  const [version] = new Set(manifests.map((manifest) => manifest.version))
  expect(manifests.map((manifest) => manifest.version)).toEqual(manifests.map(() => version))
  const asked = manifests.flatMap(({ dependencies = {} }) =>
    Object.entries(dependencies).filter(([name]) => name.startsWith('@latchkey/')),
  )
  expect(asked.length).toBeGreaterThan(0)
  for (const [, range] of asked) expect(range).toBe(`^${version}`)
})

it('every entry can be imported, and required from CommonJS', async () => {
  const all = await entries()
  expect(all.length).toBeGreaterThanOrEqual(names.length)
  const imports = all.map((entry) => `if (!Object.keys(await import('${entry}')).length) throw '${entry}'`)
  await node(folder, ['--input-type=module', '--eval', imports.join('\n')])
  const requires = all.map((entry) => `if (!Object.keys(require('${entry}')).length) throw '${entry}'`)
  await node(folder, ['--input-type=commonjs', '--eval', requires.join('\n')])
})

// As many as there are ways to look, and the oldest compiler once: the API on Express 4 and attw use older ones, too.
it.each([
  ['typescript', 'node16', 'node16'],
  ['typescript', 'nodenext', 'nodenext'],
  ['typescript', 'preserve', 'bundler'],
  ['typescript5', 'nodenext', 'nodenext'],
])('every type is there for %s, module %s', async (compiler, module, moduleResolution) => {
  const file = `src/${compiler}-${module}.ts`
  const lines = (await entries()).map((entry, n) => `export * as entry${n} from '${entry}'\n`)
  await writeFile(join(folder, file), lines.join(''))
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2023,dom', '--types', 'node']
  await node(folder, [
    `node_modules/${compiler}/bin/tsc`,
    ...['--module', module, '--moduleResolution', moduleResolution, '--skipLibCheck', 'false'],
    ...['--verbatimModuleSyntax', ...options, file],
  ])
})

it.each(downloads)('$what weighs no more than it may', async ({ what, code, limit }) => {
  const entry = join(folder, 'src', `${what.replaceAll(' ', '-')}.js`)
  await writeFile(entry, code)
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    build: { write: false, modulePreload: false, rolldownOptions: { input: entry } },
  })
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput
  const chunks = output.filter((file) => file.type === 'chunk')
  const bytes = [...neededAtOnce(chunks)].reduce((sum, chunk) => sum + gzipSync(chunk.code).length, 0)
  console.log(`${what}: ${bytes} bytes gzipped, in ${chunks.length} chunks`)
  expect(bytes).toBeLessThanOrEqual(limit)
})

/** The entry and what it imports, but not what it loads later. */
function neededAtOnce(chunks: Rolldown.OutputChunk[]): Set<Rolldown.OutputChunk> {
  const needed = new Set(chunks.filter(({ isEntry }) => isEntry))
  for (const { imports } of needed)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) needed.add(chunk)
  return needed
}

async function filesBelow(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.replace(/\/$/, '').length + 1))
}
