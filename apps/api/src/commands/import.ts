import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Config } from '../config.ts'
import { accountOf } from '../import/account-of-entry.ts'
import { type BareReader, bareKinds, createBareReader, HashOptionError } from '../import/bare-hashes.ts'
import { createFieldReader, type FieldReader, fieldNames, MapError } from '../import/fields.ts'
import { importAccounts, newTally } from '../import/import-accounts.ts'
import type { Row } from '../import/refusals.ts'
import { rowsOf } from '../import/rows.ts'
import { type Format, formats, openSource } from '../import/source.ts'
import { maxHashCost } from '../sign-in/foreign-hash.ts'
import { type Call, type Command, count, type Group, UsageError } from './command.ts'
import { factsOf, openReport, progressOn, stoppedBy, tellResult } from './import-result.ts'
import { plain } from './output.ts'

/** Of a column; hashes are longer. */
const longestName = 40

const importing: Command = {
  name: 'import',
  summary: 'Take over accounts from another system, with the hashes of their passwords',
  details: [
    'Reads CSV, JSON lines, JSON arrays and what mongoexport writes. docs/import.md has an example for each system.',
    'What is wrong with a line is reported, and the others go on. Exits with 1 when a line was refused.',
    'Interrupted, the same command goes on: what was imported before is passed over.',
    'At the first right sign-in of its owner a hash is replaced by one of ours.',
  ],
  words: [
    {
      name: 'file',
      help: 'The file to import; - for what comes on stdin',
      ask: 'Say which file to import; - for what comes on stdin.',
    },
  ],
  options: {
    format: { value: '<format>', help: `One of ${formats.join(', ')}; guessed if it is not said` },
    map: {
      value: '<field=column>',
      help: `Which column is which of ${fieldNames.join(', ')}; none after the =: no column`,
      multiple: true,
    },
    hash: { value: '<kind>', help: `What hashes are that do not say it: ${bareKinds.join(', ')}` },
    report: { value: '<file>', help: 'Write what is refused to this new file, as JSON lines' },
    'allow-admins': { help: 'Also accounts with the role admin' },
    'allow-slow-hashes': {
      help: 'Also hashes that take longer than those of BCRYPT_COST; from then on every sign-in takes as long',
    },
    'dry-run': { help: 'Only say what would come of it' },
  },
  examples: [
    'import users.csv --dry-run',
    'import users.csv --map email=mail,username=login --report refused.jsonl',
    'import firebase.json --hash firebase,rounds=8,memory=14,separator=Bw==',
    'import legacy.csv --hash sha256,order=salt-password,salt=hex',
  ],
  run: runImport,
}

export const importingAccounts: Group = {
  name: 'import',
  summary: importing.summary,
  commands: [importing],
}

async function runImport(call: Call): Promise<void> {
  const { output, terminal } = call
  const format = formatOf(call.text('format'))
  const said = call.text('hash')
  const [fields, bare] = asUsage(() => [
    createFieldReader(call.texts('map')),
    said === undefined ? undefined : createBareReader(said),
  ])
  const dryRun = call.has('dry-run')
  const name = call.word('file')
  const bytes = { read: 0, all: name === '-' ? null : await sizeOf(name) }
  const { services, config } = await call.open({ indexes: !dryRun })
  if (bare) needSignerKey(bare, config)
  const input = name === '-' ? terminal.input() : createReadStream(name)
  const source = await openSource(counted(input, bytes), { name, format })
  const rules = {
    bare,
    allowAdmins: call.has('allow-admins'),
    highestCost: call.has('allow-slow-hashes') ? maxHashCost : config.password.bcryptCost,
    clock: terminal.clock,
  }
  const report = await openReport(call.text('report'))
  const interruption = terminal.interruption()
  const tally = newTally()
  try {
    await importAccounts(tally, {
      rows: source.format === 'csv' ? withColumns(rowsOf(source), fields) : rowsOf(source),
      read: (line, record) => accountOf(line, fields.read(record), rules),
      accounts: services.importedAccounts,
      // From now on every sign-in takes as long, so that its time does not tell who has come from elsewhere.
      meetCost: services.hashCosts.meet,
      onRefused: report.write,
      onProgress: progressOn(output, tally, bytes),
      dryRun,
      interruption,
    })
    if (interruption.aborted) throw new Error('Interrupted')
  } catch (error) {
    if (tally.refused === 0) await report.remove()
    if (dryRun || error instanceof UsageError) throw error
    output.audit('import', { file: basename(name), ...factsOf(tally), stopped: true })
    throw stoppedBy(error, tally, tally.refused > 0 && call.text('report') !== undefined)
  } finally {
    output.progress(null)
    await report.close()
  }
  if (!dryRun) output.audit('import', { file: basename(name), ...factsOf(tally) })
  tellResult(output, { tally, dryRun, config, first: report.first })
  if (tally.refused > 0) throw new Error(`${count(tally.refused, 'line')} refused.`)
}

function formatOf(text: string | undefined): Format | undefined {
  const format = formats.find((each) => each === text)
  if (text !== undefined && !format) throw new UsageError(`--format is one of ${formats.join(', ')}.`)
  return format
}

function asUsage<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof MapError || error instanceof HashOptionError)
      throw new UsageError(plain(error.message))
    throw error
  }
}

function needSignerKey({ isFirebase }: BareReader, { password }: Config): void {
  if (isFirebase && password.firebaseSignerKey === undefined)
    throw new Error(
      'FIREBASE_SIGNER_KEY is not set: without it no password from Firebase is right (docs/import.md).',
    )
}

/** In bytes. Null: it is a pipe, and nobody knows. */
async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new Error(`There is no file ${plain(file)}.`, { cause })
  })
  return found.isFile() ? found.size : null
}

async function* counted(input: AsyncIterable<Buffer>, bytes: { read: number }): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    bytes.read += chunk.length
    yield chunk
  }
}

/** What stands in a first line of people is not for a terminal, nor for the log of whoever ran it. */
const theseColumns = (columns: readonly string[]): string =>
  columns.some((name) => /[@$]/.test(name) || name.length > longestName)
    ? 'The first line does not name columns.'
    : `There are: ${plain(columns.join(', '))}.`

/** Throws UsageError when a column is mapped that is not there, or none has addresses: nothing could be imported. */
async function* withColumns(rows: AsyncIterable<Row[]>, fields: FieldReader): AsyncGenerator<Row[]> {
  let isFirst = true
  for await (const some of rows) {
    const row = isFirst && some.find((each) => 'record' in each)
    if (row) {
      isFirst = false
      const columns = Object.keys(row.record)
      const there = theseColumns(columns)
      const missing = fields.missing(columns)
      if (missing !== undefined) throw new UsageError(`No column is called ${plain(missing)}. ${there}`)
      if (!fields.knows('email', columns))
        throw new UsageError(`Say which column has the email addresses: --map email=… ${there}`)
    }
    yield some
  }
}
