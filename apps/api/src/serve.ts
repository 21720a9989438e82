import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { brand } from '@latchkey/brand'
import { systemClock } from '@latchkey/contracts/server'
import { type EmbeddedMongoThread, makePrivateFolder, prepareEmbeddedMongo } from '@latchkey/embedded-mongo'
import { createApp } from './app.ts'
import { refuseClientsOfOtherSites } from './client-sites.ts'
import { compose } from './compose.ts'
import { type Config, readConfig } from './config.ts'
import { developmentSecrets } from './development-secrets.ts'
import { checkConfiguration } from './doctor/configuration.ts'
import { summaryOf } from './doctor/finding.ts'
import { answerClientErrors } from './http/client-errors.ts'
import { createExpressServer } from './http/server.ts'
import { watchUnusedConnections } from './http/unused-connections.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './ops/metrics/metrics.ts'
import { serveMetrics } from './ops/metrics/server.ts'
import { root } from './root.ts'

const drainTimeoutMs = 10_000
/** What was sent before the signal may still lie unread. Closing its connection would lose it. */
const settleMs = 250

interface Beginnings {
  environment: Record<string, string | undefined>
  /** The thread of the embedded database, where one was begun. */
  database: EmbeddedMongoThread | null
}

/** Everything between the settings and the signal that ends the process. */
export async function serve({ environment, database }: Beginnings): Promise<void> {
  const inRoot = (path: string) => resolve(root, path)
  const config = readConfig(
    environment,
    (dataDir) => developmentSecrets(inRoot(dataDir)),
    process.stdout.isTTY,
  )
  await refuseClientsOfOtherSites(config)
  const log = createLogger(config.log)

  const dataDir = inRoot(config.database.dataDir)
  // The secrets and mails in this folder open accounts. Nobody else on the machine may read them.
  if (existsSync(dataDir)) makePrivateFolder(dataDir, ['development-secrets.json', 'outbox'])
  const embedded = config.database.uri ? null : await startEmbedded()
  const metrics = config.metrics ? await createMetrics() : null
  const services = compose({
    config,
    metrics,
    clock: systemClock,
    log,
    mongoUri: config.database.uri ?? embedded?.uri ?? '',
    webRoot: inRoot('apps/web/dist'),
    outboxDir: isPrivate(config) ? resolve(dataDir, 'outbox') : null,
  })
  const server = createExpressServer(createApp(services, config), services.lifecycle)
  const closeUnusedConnections = watchUnusedConnections(server)
  answerClientErrors(server, log)

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void drain(signal))

  const metricsServer = metrics && config.metrics && (await serveMetrics(metrics, config.metrics, log))
  // Meanwhile. What goes wrong is told when somebody asks whether the API is ready.
  services.passwords.assertWorking().catch(() => {})
  const started = services.start()
  await listen()
  const { sentence, isFine } = summaryOf(await checkConfiguration(environment, config))
  log[isFine ? 'info' : 'warn'](sentence)
  await started
  if (services.lifecycle.draining) return
  log.info({ database: embedded ? dataDir : 'MONGO_URI' }, `${brand.name} is ready on ${address(config)}`)
  if (config.metrics && metricsServer)
    log.info(`Metrics are on http://${config.metrics.host}:${metricsServer.port}/metrics`)
  if (services.outbox)
    log.info(
      `Mail is kept, not sent. Read it on ${localAddress(config)}/dev/mailbox?key=${services.outbox.key}`,
    )

  function startEmbedded() {
    if (config.production) log.warn('MONGO_URI is not set: the embedded database is made for development')
    return (database ?? prepareEmbeddedMongo()).start({
      dataDir,
      onExit(error) {
        // Nothing works without the database. Exit, and let the supervisor restart the process.
        log.fatal({ err: error }, 'the embedded database ended')
        process.exit(1)
      },
    })
  }

  function listen(): Promise<void> {
    return new Promise((done, failed) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          error.message = `Port ${config.server.port} is taken. Stop what listens there, or set PORT to another one.`
        failed(error)
      })
      server.listen(config.server.port, config.server.host, done)
    })
  }

  /** Finishes the requests under way, then closes everything in the reverse order of its creation. */
  async function drain(signal: NodeJS.Signals) {
    log.info({ signal }, 'shutting down')
    services.lifecycle.draining = true
    // A second signal exits at once.
    for (const again of ['SIGINT', 'SIGTERM'] as const) process.once(again, () => process.exit(130))
    const deadline = setTimeout(() => {
      log.warn('requests are still under way; closing their connections')
      server.closeAllConnections()
    }, drainTimeoutMs)
    await delay(settleMs)
    const closed = new Promise((done) => server.close(done))
    closeUnusedConnections()
    await closed
    clearTimeout(deadline)
    await services.close()
    await metricsServer?.close()
    await embedded?.close()
    log.info('closed')
    process.exit(0)
  }
}

/** The address to open in a browser. */
const address = (config: Config): string => config.server.publicUrl ?? localAddress(config)

function localAddress({ server: { host, port } }: Config): string {
  const everywhere = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)
  return `http://${everywhere ? 'localhost' : host}:${port}`
}

/** Whether only this machine can reach it. Mails kept for a developer hold links that open accounts. */
function isPrivate({ production, server: { publicUrl } }: Config): boolean {
  const host = publicUrl ? new URL(publicUrl).hostname : 'localhost'
  return !production && ['localhost', '127.0.0.1', '[::1]'].includes(host)
}
