import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { mongo } from 'mongoose'
import { besidePrefix } from '../backup/kept.ts'
import { type CheckedBackup, checkBackup, isEmpty, restoreBackup } from '../backup/restore-backup.ts'
import { abandonRestore } from '../backup/restore-mark.ts'
import { missingSecrets, secretMarks } from '../backup/secret-marks.ts'
import { leftOut, takeBackup } from '../backup/take-backup.ts'
import { writeNewFile } from '../backup/write-file.ts'
import { readMaintenance, unknownBreaking, whyHalfRestored } from '../maintenance/assert-servable.ts'
import { type Call, type Command, count, type Group, UsageError, yes } from './command.ts'
import type { OpenServices } from './open-services.ts'
import { moment } from './output.ts'

/** Between two words about how far it is. */
const progressEvery = 1000

const backup: Command = {
  name: 'backup',
  summary: 'Write everything that the database keeps into a new file',
  details: [
    'While the API runs, too: what is in it is of one moment, on the embedded database and on a MongoDB replica set.',
    'It holds hashes of passwords and encrypted secrets of apps, so only the owner of the file can read it. The keys are not in',
    'it: keep JWT_ACCESS_SECRET, JWT_REFRESH_SECRET and FACTOR_SECRET elsewhere, and their …_PREVIOUS: an app may be encrypted',
    'with a former key. docs/backup.md says what else.',
  ],
  words: [
    { name: 'file', help: 'A file that is not there yet', ask: 'Say which file is to hold the backup.' },
  ],
  examples: ['backup /backups/latchkey-2026-11-28.gz'],
  async run(call) {
    const path = resolve(call.word('file'))
    const { mongoUri, config } = await call.open({ indexes: false })
    await withClient(mongoUri, async (client) => {
      await refuseHalf(client.db())
      const without = await leftOut(client.db())
      if (without.length > 0)
        call.output.remark(
          `Not in the backup, as views, time series and what begins with "${besidePrefix}" are not: ${without.join(', ')}.`,
        )
      const { onDocument, over } = counting(call)
      const { summary, bytes } = takeBackup({
        client,
        secrets: secretMarks(config, randomBytes(16).toString('base64url')),
        takenAt: call.terminal.clock.now(),
        onDocument,
      })
      const size = await writeNewFile(path, bytes, call.terminal.interruption()).finally(over)
      const { takenAt, oneMoment, documents } = summary
      const facts = { file: path, bytes: size, takenAt: takenAt.toISOString(), oneMoment, documents }
      call.output.audit('backup', facts)
      if (!oneMoment)
        call.output.remark(
          'This MongoDB is no replica set: what was written meanwhile may be in the backup in part.',
        )
      call.output.answer(facts, [
        `${count(sum(documents), 'document')}, ${count(documents.users ?? 0, 'account')} among them: ${path} (${count(size, 'byte')}).`,
        'The keys are not in it. Whoever restores it needs them: keep them elsewhere (docs/backup.md).',
      ])
    })
  },
}

const restore: Command = {
  name: 'restore',
  summary: 'Put a backup in the place of what the database holds',
  details: [
    'Stop the API first, on every node. The file is read to its end and every checksum compared before anything is changed; what',
    'is there is replaced once all of it has been loaded. Into an embedded database or a MongoDB, from whichever it was taken.',
    'Whoever is signed in with a key goes on. What has happened since the backup is undone: a password that was changed is the old',
    'one again, an account that was disabled is not, a session that was ended may be there again. For a break-in: --end-sessions.',
  ],
  words: [
    {
      name: 'file',
      help: 'What `latchkey backup` has written',
      ask: 'Say which backup.',
      optional: true,
    },
  ],
  options: {
    check: { help: 'Only read the file, and say what is in it and whether it is whole' },
    replace: { help: 'Even if there are accounts in the database, all of which go' },
    'end-sessions': { help: 'Everybody signs in again, with every factor' },
    abandon: { help: 'Take back a restore that was interrupted before it replaced anything' },
    ...yes,
  },
  examples: [
    'restore /backups/latchkey-2026-11-28.gz --check',
    'restore /backups/latchkey-2026-11-28.gz',
    'restore /backups/latchkey-2026-11-28.gz --replace --end-sessions',
  ],
  async run(call) {
    if (call.has('abandon')) return await abandon(call)
    if (call.word('file') === '') throw new UsageError('Say which backup.')
    const path = resolve(call.word('file'))
    if (!call.has('check')) refuseStream(path)
    const checked = await checkBackup(path)
    if (call.has('check')) return sayWhatIsIn(call, checked)
    const opened = await call.open({ indexes: false, alone: true })
    refuseNewer(opened, checked)
    await withClient(opened.mongoUri, async (client) => await restoreInto(call, client, opened, checked))
  },
}

export const backingUp: Group = { name: 'backup', summary: backup.summary, commands: [backup] }
export const restoring: Group = { name: 'restore', summary: restore.summary, commands: [restore] }

async function restoreInto(
  call: Call,
  client: mongo.MongoClient,
  { services, config }: OpenServices,
  checked: CheckedBackup,
): Promise<void> {
  const db = client.db()
  // What is half replaced already is nothing to keep.
  const isMixed = (await readMaintenance(db)).restore?.phase === 'switching'
  const replaces = !isMixed && !(await isEmpty(db))
  if (replaces && !call.has('replace'))
    throw new Error('The database is not empty. With --replace everything in it goes; back it up before.')
  for (const sentence of missingSecrets(config, checked.header.secrets)) call.output.remark(sentence)
  const accounts = count(checked.documents.users ?? 0, 'account')
  const takenAt = moment(checked.header.takenAt)
  await call.confirm(
    `${replaces ? 'Everything in the database is replaced by' : 'This restores'} a backup of ${takenAt}: ${accounts}. Whatever has happened since is undone: passwords that were changed, accounts that were disabled or deleted. Is the API stopped on every node?`,
  )
  const { onDocument, over } = counting(call)
  const restored = await restoreBackup({
    client,
    backup: checked,
    endSessions: call.has('end-sessions'),
    clock: call.terminal.clock,
    stopping: call.terminal.interruption(),
    reminderDueFor: services.unprovedAccounts.reminderDueFor,
    onDocument,
    revokeUsersBelow: services.sessions.revocations.revokeUsersBelow,
  }).finally(over)
  const { documents, sessions, ended } = restored
  const facts = { takenAt: checked.header.takenAt, documents, sessions, ended }
  call.output.audit('restore', facts)
  call.output.answer(facts, [
    `${count(sum(documents), 'document')} restored, ${count(documents.users ?? 0, 'account')} among them.`,
    `${count(sessions, 'session')} can go on where the browser shows its key; ${ended.toLocaleString('en')} ended.`,
    'Start the API.',
  ])
}

async function abandon(call: Call): Promise<void> {
  const { mongoUri } = await call.open({ indexes: false, alone: true })
  await withClient(mongoUri, async (client) => {
    const db = client.db()
    if (await abandonRestore(db, call.terminal.clock)) {
      call.output.audit('restore', { abandoned: true })
      return call.output.answer({ abandoned: true }, ['Taken back: the database is as it was.'])
    }
    throw new Error(
      (await readMaintenance(db)).restore
        ? 'Too late: that restore has begun to replace what was there. Repeat it.'
        : 'No restore was interrupted here.',
    )
  })
}

function sayWhatIsIn({ output }: Call, { header, documents }: CheckedBackup): void {
  const { takenAt, oneMoment, migrations } = header
  const facts = { takenAt, oneMoment, documents, migrations: migrations.map(({ name }) => name) }
  output.answer(facts, [
    `A whole backup of ${moment(takenAt)}${oneMoment ? '' : ', not of one moment'}, with ${count(sum(documents), 'document')}:`,
    ...Object.entries(documents).map(([name, number]) => `  ${name}: ${number.toLocaleString('en')}`),
  ])
}

/** What can be read only once cannot be checked before anything is changed. What is not there is said later. */
function refuseStream(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isFile() && !found.isDirectory())
    throw new Error(`${path} must be a regular file, for it is read twice. Decrypt it to a file first.`)
}

/** A backup of half one thing and half another would be restored in good faith. */
async function refuseHalf(db: mongo.Db): Promise<void> {
  const why = whyHalfRestored(await readMaintenance(db))
  if (why) throw new Error(why)
}

/** Throws Error when processes of this version must not write to what is in the backup. */
function refuseNewer({ services }: OpenServices, { header }: CheckedBackup): void {
  const unknown = unknownBreaking(header.migrations, services.migrations.names)
  if (unknown !== undefined)
    throw new Error(
      `This backup is of a newer version (${unknown}), to which this one must not write. Restore it with that version (docs/upgrades.md).`,
    )
}

/**
 * Of its own: that of the services gives up on what takes longer than a request may. The embedded database
 * answers nothing while it drops a large collection, no heartbeat either.
 */
async function withClient(uri: string, use: (client: mongo.MongoClient) => Promise<void>): Promise<void> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 10_000, connectTimeoutMS: 600_000 })
  try {
    await use(client)
  } finally {
    await client.close()
  }
}

function counting({ output }: Call) {
  let documents = 0
  return {
    onDocument() {
      if (++documents % progressEvery === 0) output.progress(`${count(documents, 'document')} so far`)
    },
    over: () => output.progress(null),
  }
}

const sum = (documents: Record<string, number>) =>
  Object.values(documents).reduce((all, each) => all + each, 0)
