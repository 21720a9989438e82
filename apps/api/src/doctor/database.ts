import { addSeconds, type Clock } from '@latchkey/contracts/server'
import type { Connection } from 'mongoose'
import { missingIndexes } from '../database-indexes.ts'
import { refusedKeptSeconds } from '../mail/mail-queue.ts'
import { readMaintenance, whyUnservable } from '../maintenance/assert-servable.ts'
import type { Migrations } from '../maintenance/run-migrations.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { checkClock } from './clock.ts'
import { type Finding, findings, problem, warning } from './finding.ts'

interface Collaborators {
  connection: Connection
  clock: Clock
  webhooks: Pick<Webhooks, 'troubled' | 'stranded'> | null
  migrations: Pick<Migrations, 'names' | 'status'>
}

/** What the database tells. It changes nothing there. */
export async function checkDatabase(collaborators: Collaborators): Promise<Finding[]> {
  const { connection, clock, webhooks, migrations } = collaborators
  return [
    ...(await checkDatabaseClock(connection, clock)),
    ...(await checkMaintenance(connection, migrations)),
    ...(await checkIndexes(connection)),
    ...(await checkMailQueue(connection, clock)),
    ...(webhooks ? await checkWebhooks(webhooks) : []),
  ]
}

async function checkDatabaseClock(connection: Connection, clock: Clock): Promise<Finding[]> {
  const asked = clock.now().getTime()
  const told = await connection.db?.command({ hello: 1 })
  const middle = new Date((asked + clock.now().getTime()) / 2)
  const theirs: unknown = told?.localTime
  return theirs instanceof Date ? checkClock('the database', theirs, middle) : []
}

/** Restores that were interrupted, and migrations that are open. */
async function checkMaintenance(
  connection: Connection,
  migrations: Collaborators['migrations'],
): Promise<Finding[]> {
  if (!connection.db) return []
  const why = whyUnservable(await readMaintenance(connection.db), migrations.names)
  if (why) return findings('maintenance', [problem(why, 'Until then no API of this version starts.')], '')
  const open = (await migrations.status()).filter(({ state }) => state === 'open' || state === 'begun')
  const complaints = open.map(({ name, breaking }) =>
    warning(
      `The migration “${name}” is not done.`,
      breaking
        ? 'Stop every API of an older version; then: latchkey migrate (docs/upgrades.md).'
        : 'An API does it in the background; latchkey migrate does it now.',
    ),
  )
  return findings('maintenance', complaints, 'No restore was interrupted, and no migration is open.')
}

async function checkIndexes(connection: Connection): Promise<Finding[]> {
  const collections = await connection.db?.listCollections({}, { nameOnly: true }).toArray()
  if (collections?.length === 0)
    return findings('indexes', [], 'The database is empty: the API builds every index at its first start.')
  const missing = await missingIndexes(connection)
  const complaints = missing.map(({ collection, fields, unbuildable }) =>
    unbuildable
      ? problem(
          `The index ${fields} of ${collection} is missing and cannot be built: ${unbuildable}`,
          'Give each of those documents a value of its own, or remove those that are not wanted (docs/account.md).',
        )
      : problem(
          `The index ${fields} of ${collection} is missing.`,
          'Start the API again: it builds every index before it is ready.',
        ),
  )
  return findings('indexes', complaints, 'Every index is there.')
}

/** Bounces that the mail server told at once. Those that come later go to the mailbox of MAIL_FROM. */
async function checkMailQueue(connection: Connection, clock: Clock): Promise<Finding[]> {
  const jobs = connection.collection('mailJobs')
  const since = addSeconds(clock.now(), -refusedKeptSeconds)
  const refused = await jobs
    .find({ refusedAt: { $gt: since } }, { projection: { refusal: 1 } })
    .limit(1000)
    .toArray()
  const waiting = await jobs.countDocuments({ attempts: { $gt: 1 }, refusedAt: null, inVain: { $ne: true } })
  const replies = [...new Set(refused.map(({ refusal }) => String(refusal)))].sort().join('; ')
  const complaints = [
    ...(refused.length > 0
      ? [
          warning(
            `The mail server refused mails for good in the last 7 days: ${refused.length} (${replies}).`,
            'Of a few the address is wrong; of many the sender is: is MAIL_FROM yours, with SPF and DKIM? The log says which.',
          ),
        ]
      : []),
    ...(waiting > 0
      ? [
          warning(
            `Mails that could not be sent yet are waiting: ${waiting}.`,
            'The log of the API says what the mail server answered.',
          ),
        ]
      : []),
  ]
  return findings('mail-queue', complaints, 'No mail was refused in the last 7 days, and none is stuck.')
}

/** What receivers did not take, and what they answered last; and what waits for one that is not set any more. */
async function checkWebhooks(webhooks: Pick<Webhooks, 'troubled' | 'stranded'>): Promise<Finding[]> {
  const troubled = await webhooks.troubled()
  const complaints = [...new Set(troubled.map(({ host }) => host))].map((host) => {
    const those = troubled.filter((each) => each.host === host)
    const failed = those.filter(({ state }) => state === 'failed').length
    const answers = [...new Set(those.map(({ answer }) => answer))].sort().join('; ')
    const complain = failed > 0 ? problem : warning
    return complain(
      `${host} does not take webhooks: ${failed} given up, ${those.length - failed} tried again (${answers}).`,
      '`latchkey webhooks list` shows them, and `latchkey webhooks test` tries the endpoint. Once it is mended: `latchkey webhooks retry --all`.',
    )
  })
  const stranded = await webhooks.stranded()
  if (stranded > 0)
    complaints.push(
      warning(
        `${stranded} ${stranded === 1 ? 'webhook waits' : 'webhooks wait'} for an address that WEBHOOK_URL does not name any more.`,
        'Where it names one address, an API sends them there once nobody has tried the former one for ten minutes. Where it names several, name the former one beside them until they are delivered (docs/webhooks.md).',
      ),
    )
  return findings('webhooks', complaints, 'Receivers took every webhook that was sent.')
}
