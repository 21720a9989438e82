import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startEmbeddedMongo } from '../../src/index.ts'
import { openPort } from '../open-port.ts'
import { type MochaResult, report } from './report.ts'

const USAGE = `Usage: pnpm --filter @latchkey/embedded-mongo mongoose-suite FOLDER

FOLDER is a checkout of https://github.com/Automattic/mongoose with its dependencies (npm install --ignore-scripts).`

/** Runs Mongoose's own tests on an embedded database. Returns the exit code. */
async function main(): Promise<number> {
  const [argument] = process.argv.slice(2)
  if (!argument) throw new Error(USAGE)
  // pnpm runs scripts in the package's folder and keeps the caller's in INIT_CWD.
  const folder = resolve(process.env.INIT_CWD ?? '.', argument)
  const mocha = findMocha(folder)
  const temporary = await mkdtemp(join(tmpdir(), 'mongoose-suite-'))
  // Mongoose's tests expect expired documents to be removed every second.
  const server = await startEmbeddedMongo({ dataDir: join(temporary, 'data'), expirySeconds: 1 })
  // Some of its tests take the URI apart and expect a port in it.
  const open = await openPort(server.uri)
  try {
    const output = join(temporary, 'result.json')
    await run(mocha, folder, output, open.uri)
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const { text, honest } = report(JSON.parse(await readFile(output, 'utf8')) as MochaResult)
    console.log(`Mongoose ${version}: ${text}`)
    return honest ? 0 : 1
  } finally {
    open.close()
    await server.close()
    await rm(temporary, { recursive: true, force: true })
  }
}

function findMocha(folder: string): string {
  if (!existsSync(join(folder, 'test/model.test.js')))
    throw new Error(`${folder} holds no tests of Mongoose.\n\n${USAGE}`)
  try {
    return createRequire(join(folder, 'package.json')).resolve('mocha/bin/mocha.js')
  } catch (cause) {
    throw new Error(`${folder} has no mocha: run npm install --ignore-scripts there.`, { cause })
  }
}

/** Mocha's exit code is the number of failures, which the report shows anyway. */
function run(mocha: string, folder: string, output: string, uri: string): Promise<void> {
  const tests = ['--ignore', 'test/encryption/**/*.test.js', 'test/**/*.test.js']
  const reporter = ['--reporter', 'json', '--reporter-option', `output=${output}`]
  const child = spawn(process.execPath, [mocha, '--exit', '--timeout', '10000', ...reporter, ...tests], {
    cwd: folder,
    env: { ...process.env, MONGOOSE_TEST_URI: uri },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('exit', () =>
      existsSync(output) ? done() : failed(new Error('mocha ended before it wrote its result.')),
    )
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
