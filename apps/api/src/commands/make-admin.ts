import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ActivityKind } from '@latchkey/contracts'
import { systemClock } from '@latchkey/contracts/server'
import { startEmbeddedMongo } from '@latchkey/embedded-mongo'
import { administratorAgent } from '@latchkey/sessions'
import { config as loadEnvironmentFile } from 'dotenv'
import pino from 'pino'
import { compose, type Services } from '../compose.ts'
import { readConfig } from '../config.ts'
import { developmentSecrets } from '../development-secrets.ts'
import { root } from '../root.ts'
import { isProved } from '../users/user-identity.ts'

/**
 * Makes an account an administrator, whether or not the API is running: `make-admin <email address or username>`.
 * `--unverified`: also one whose address nobody has confirmed.
 */
main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
})

async function main(words: string[]) {
  const [identifier, ...others] = words.filter((word) => word !== '--unverified')
  if (!identifier || others.length > 0) throw new Error('Say whom: an email address or username.')
  loadEnvironmentFile({ path: resolve(root, '.env'), quiet: true })
  const config = readConfig(process.env, (dataDir) => developmentSecrets(resolve(root, dataDir)))
  const database = await openDatabase(config.database.uri, resolve(root, config.database.dataDir))
  const services = compose({
    config,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    mongoUri: database.uri,
    webRoot: root,
    outboxDir: null,
  })
  try {
    await Promise.race([services.database.connect(), unreachable()])
    const account = await services.accounts.findByIdentifier(identifier)
    if (!account) throw new Error(`There is no account ${identifier}.`)
    if (!isProved(account) && !words.includes('--unverified'))
      throw new Error(
        `Nobody has confirmed ${account.email}, so the account may be anybody's. Confirm the address first, or add --unverified.`,
      )
    const id = account._id.toHexString()
    // Whoever keeps the server has the last word, should the administrators have locked one another out.
    if (account.isDisabled) {
      await services.administration.enable(id)
      await tell(services, 'account_enabled', id)
    }
    const roles = [...new Set([...account.roles, 'admin' as const])]
    await services.administration.setRoles(id, roles)
    await tell(services, 'roles_changed', id)
    const { username } = account
    say(`${username} is an administrator now${account.isDisabled ? ', and no longer disabled' : ''}.`)
    if (config.mail.requireVerifiedEmail && !isProved(account))
      say(`They cannot sign in before they confirm their address, ${account.email}.`)
  } finally {
    await services.close()
    await database.close()
  }
}

/** The owner reads of it, and gets a mail once an API runs. */
const tell = ({ events }: Services, kind: ActivityKind, userId: string) =>
  events.record({ kind, userId, sessionId: null, device: { ip: '', userAgent: administratorAgent } })

const say = (sentence: string) => process.stdout.write(`${sentence}\n`)

async function unreachable(): Promise<never> {
  await delay(10_000, undefined, { ref: false })
  throw new Error(
    'The database cannot be reached. Is it running, and is MONGO_URI right, its password included?',
  )
}

/** Opens the configured database, the embedded one of a running API, or the embedded one itself. */
async function openDatabase(configured: string | undefined, dataDir: string) {
  if (configured) return { uri: configured, close: async () => {} }
  try {
    return await startEmbeddedMongo({ dataDir })
  } catch (error) {
    const running = runningUri(dataDir)
    if (!running) throw error
    return { uri: running, close: async () => {} }
  }
}

function runningUri(dataDir: string): string | null {
  try {
    return readFileSync(resolve(dataDir, 'mongo.uri'), 'utf8').trim()
  } catch {
    return null
  }
}
