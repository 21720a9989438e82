import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './support/pages.ts'
import { temporaryFolder } from './support/process.ts'

/** A repository with the real apps/start.js; what it is told to build by is a script that counts. */
function repository() {
  const folder = temporaryFolder()
  const at = (path: string) => join(folder, path)
  for (const path of ['apps/api/src', 'apps/web/src', 'packages/brand', 'node_modules/.pnpm', 'bin'])
    mkdirSync(at(path), { recursive: true })
  for (const file of ['apps/start.js', 'apps/fingerprint.js']) cpSync(join(root, file), at(file))
  for (const file of [
    'pnpm-lock.yaml',
    'node_modules/.pnpm/lock.yaml',
    'pnpm-workspace.yaml',
    'tsconfig.base.json',
  ])
    writeFileSync(at(file), file)
  writeFileSync(at('package.json'), '{ "type": "module" }')
  writeFileSync(at('apps/api/src/main.js'), 'console.log("one")')
  writeFileSync(at('builds'), '')
  const builds = `test "$*" = build && echo >> builds && mkdir -p apps/api/dist apps/web/dist && echo page > apps/web/dist/index.html`
  const pnpm = (then: string) =>
    writeFileSync(
      at('bin/pnpm'),
      `#!/bin/sh\n${builds} && cp apps/api/src/main.js apps/api/dist/ ${then}\n`,
      {
        mode: 0o755,
      },
    )
  pnpm('')
  return {
    at,
    /** What a build does at its end. */
    pnpm,
    /** What the API says; what a failed start ends with. */
    start: (environment: NodeJS.ProcessEnv = {}) =>
      new Promise<string | number | null>((done) => {
        const env = { PATH: `${at('bin')}${delimiter}${process.env.PATH}`, ...environment }
        const child = execFile(process.execPath, [at('apps/start.js')], { env }, (failed, output) =>
          done(failed ? child.exitCode : output.trim()),
        )
      }),
    builds: () => readFileSync(at('builds'), 'utf8').split('\n').length - 1,
  }
}

it('builds at the first start, and again after any change of what a build reads or has written', async () => {
  const { at, start, builds } = repository()
  expect(await start()).toBe('one')
  expect(await start()).toBe('one')
  expect(builds()).toBe(1)

  const changes = [
    () => writeFileSync(at('apps/api/src/main.js'), 'console.log("two")'),
    () => writeFileSync(at('packages/brand/new.ts'), ''),
    () => renameSync(at('packages/brand/new.ts'), at('packages/brand/newer.ts')),
    () => rmSync(at('packages/brand/newer.ts')),
    () => writeFileSync(at('package.json'), '{ "type": "module", "version": "2.0.0" }'),
    () => writeFileSync(at('pnpm-lock.yaml'), 'another version'),
    () => writeFileSync(at('node_modules/.pnpm/lock.yaml'), 'another version'),
    () => rmSync(at('apps/web/dist'), { recursive: true }),
    () => writeFileSync(at('apps/api/dist/main.js'), 'console.log("half a file"'),
    () => rmSync(at('node_modules/.cache'), { recursive: true }),
  ]
  for (const [index, change] of changes.entries()) {
    change()
    expect(await start()).toBe('two')
    expect(await start()).toBe('two')
    expect(builds()).toBe(index + 2)
  }
})

it('does not take for production what was built for development', async () => {
  const { start, builds } = repository()
  for (const NODE_ENV of ['development', 'production', 'production', undefined]) {
    expect(await start({ NODE_ENV })).toBe('one')
  }
  expect(builds()).toBe(3)
})

it('builds again what was changed while it was being built', async () => {
  const { pnpm, start, builds } = repository()
  pnpm('&& echo \'console.log("later")\' > apps/api/src/main.js')
  expect(await start()).toBe('one')
  expect(await start()).toBe('later')
  expect(builds()).toBe(2)
})

it('starts nothing when the build fails, and builds again the next time', async () => {
  const { pnpm, start, builds } = repository()
  pnpm('&& exit 3')
  expect(await start()).toBe(3)
  pnpm('')
  expect(await start()).toBe('one')
  expect(builds()).toBe(2)
})

it('is not disturbed by what cannot be read, such as the lock of an editor', async () => {
  const { at, start, builds } = repository()
  symlinkSync('nowhere', at('apps/api/src/.#main.js'))
  expect(await start()).toBe('one')
  expect(await start()).toBe('one')
  expect(builds()).toBe(1)
})
