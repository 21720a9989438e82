import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { adviceFor, applyChanges, copyTree, layFiles, linkPackages, ownFiles } from './copy.js'

// What somebody builds by docs/build-on-it.md, on the present code: in a copy of it, so that nothing here changes.

const folder = mkdtempSync(join(tmpdir(), 'invoices-'))
const ownTests = ownFiles.filter((path) => /\.test\.tsx?$/.test(path))
/** Tests of Latchkey's that look at what the product has changed. */
const othersTests = {
  node: [
    'packages/contracts/test/roles.test.ts',
    'packages/contracts/test/own-fields.test.ts',
    'packages/brand/test',
    'apps/api/test/api-docs.test.ts',
    'apps/api/test/mail-language.test.ts',
    'apps/api/test/register.test.ts',
    'apps/api/test/shapes',
  ],
  web: ['apps/web/src/words', 'apps/web/src/app/app.test.tsx', 'apps/web/src/features/admin'],
}
const testsOf = (project: 'node' | 'web') => [
  ...ownTests.filter((path) => path.startsWith('apps/web/') === (project === 'web')),
  ...othersTests[project],
]

beforeAll(() => {
  linkPackages(folder, copyTree(folder))
  layFiles(folder)
  const misfits = applyChanges(folder)
  expect(misfits, misfits.length > 0 ? adviceFor(misfits) : '').toEqual([])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a tool in the copy; what it printed, if it failed. */
async function complaintsOf(tool: string, ...args: string[]): Promise<string> {
  // Nothing of the run that this is a part of.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|MODE|DEV|PROD|SSR|BASE_URL|FORCE_COLOR)/.test(name),
  )
  const run = promisify(execFile)(process.execPath, [join('node_modules', tool), ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(own), DEBUG_PRINT_LIMIT: '0', NO_COLOR: '1' },
    maxBuffer: 2 ** 26,
  })
  return await run.then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}\n${stderr}`,
  )
}

describe.concurrent('a product that is built on Latchkey', () => {
  it('compiles, and is linted like the rest', async () => {
    expect(await complaintsOf('typescript/bin/tsc', '-b')).toBe('')
    expect(await complaintsOf('@biomejs/biome/bin/biome', 'ci', '.')).toBe('')
    expect(await complaintsOf('knip/bin/knip.js')).toBe('')
  })

  it('passes its own tests, and those of ours that look at what it has changed', async () => {
    for (const project of ['node', 'web'] as const)
      expect(
        await complaintsOf(
          'vitest/vitest.mjs',
          ...['run', '--root', '.', '--project', project, '--reporter=dot'],
          ...testsOf(project),
        ),
      ).toBe('')
  })

  it('is built, under its own name', async () => {
    for (const app of ['apps/api', 'apps/web'])
      expect(await complaintsOf('vite/bin/vite.js', 'build', app, '--logLevel', 'error')).toBe('')
    expect(readFileSync(join(folder, 'apps/web/dist/index.html'), 'utf8')).toContain('<title>Ledger</title>')
  })
})

it('a change that no longer fits is named, with what to do', () => {
  const other = mkdtempSync(join(tmpdir(), 'invoices-'))
  onTestFinished(() => rmSync(other, { recursive: true, force: true }))
  copyTree(other)
  const routes = join(other, 'apps/api/src/app.ts')
  writeFileSync(routes, readFileSync(routes, 'utf8').replace('  adminRoutes,\n]', ']'))
  const misfits = applyChanges(other)
  expect(misfits).toEqual([expect.stringMatching(/^apps\/api\/src\/app\.ts:\d+$/)])
  expect(adviceFor(misfits)).toMatch(/no longer fits the code: apps\/api\/src\/app\.ts:\d+\.\nMake it anew: /)
})
