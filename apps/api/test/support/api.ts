import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import pino from 'pino'
import supertest from 'supertest'
import { createApp } from '../../src/app.ts'
import { compose, type Services } from '../../src/compose.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { createExpressServer } from '../../src/http/server.ts'
import type { Migration } from '../../src/maintenance/migrations.ts'
import { createMetrics } from '../../src/ops/metrics/metrics.ts'
import { serveMetrics } from '../../src/ops/metrics/server.ts'
import { createPasswordWorkers, type PasswordWorkers } from '../../src/sign-in/password.ts'
import { watchAnswers } from './answers.ts'
import { type MovableClock, movableClock } from './clock.ts'
import { monitored } from './queries.ts'
import { asTheApi, judgeQueries, watchQueries } from './query-plans.ts'
import { whenOver } from './side-by-side.ts'

export interface TestApi {
  url: string
  mongoUri: string
  config: Config
  services: Services
  /** Everything that is measured, as a scrape reads it. Needs a METRICS_PORT. */
  metrics(): Promise<string>
  clock: MovableClock
  /** Everything the process logged so far, as text. */
  logged(): string
  /** A client without cookies of its own. */
  http: ReturnType<typeof supertest>
  close(): Promise<void>
}

interface Options {
  environment?: Record<string, string>
  /** Replaces settings that have no variable of their own. */
  configure?: (config: Config) => Config
  mongoUri?: string
  clock?: MovableClock
  /** Others than those of this version. */
  migrations?: readonly Migration[]
  /** Go on before the database is connected. */
  early?: boolean
  /** Others than the threads that all APIs of a test process share. */
  passwordWorkers?: PasswordWorkers
}

const secrets = {
  accessSecret: 'uQ0x3yq7cN2mK9wZ5tR8vB1nL4hJ6gFd-access',
  refreshSecret: 'eW7pS2kD9fH4jX6cV1bN8mQ3zL5tY0rA-refresh',
}

// Starting a thread takes as long as a dozen of the tests' hashes, so the APIs of a test process share theirs.
const threads = createPasswordWorkers()
const sharedWorkers: PasswordWorkers = {
  run: threads.run.bind(threads),
  recycleWorkers: async () => {},
  destroy: async () => {},
}

/** The API as it ships, on a port of its own, with a database of its own and a clock that the test moves. */
export async function startApi(options: Options = {}): Promise<TestApi> {
  const clock = options.clock ?? movableClock()
  const mongoUri = options.mongoUri ?? testDatabaseUri()
  const read = readConfig(
    // Cost 4 is the cheapest bcrypt: these tests are about everything but the cost.
    { BCRYPT_COST: '4', LOG_LEVEL: 'trace', ...options.environment },
    () => secrets,
  )
  const quick = {
    ...read,
    mail: { ...read.mail, pollMs: 250 },
    webhooks: read.webhooks && { ...read.webhooks, pollMs: 100 },
  }
  const config = options.configure?.(quick) ?? quick
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const outboxDir = mkdtempSync(join(tmpdir(), 'latchkey-outbox-'))
  const metrics = config.metrics ? await createMetrics() : null
  const services = compose({
    config,
    metrics,
    clock,
    log: pino({ level: config.log.level }, sink),
    mongoUri: monitored(mongoUri),
    webRoot: fileURLToPath(new URL('./web', import.meta.url)),
    outboxDir: config.production ? null : outboxDir,
    passwordWorkers: options.passwordWorkers ?? sharedWorkers,
    ...(options.migrations && { migrations: options.migrations }),
  })
  const server = createExpressServer(createApp(services, config), services.lifecycle)
  watchAnswers(server, { demo: services.outbox !== null })
  watchQueries(server, services.database.connection)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const metricsServer =
    metrics && config.metrics && (await serveMetrics(metrics, config.metrics, services.log))
  const started = asTheApi('the background', () => services.start())
  if (!options.early) await started

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let closed = false
  const api: TestApi = {
    url,
    mongoUri,
    config,
    services,
    metrics: async () => await (await fetch(`http://127.0.0.1:${metricsServer?.port}/metrics`)).text(),
    clock,
    logged: () => lines.join(''),
    http: supertest(url),
    async close() {
      if (closed) return
      closed = true
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await services.close()
      await judgeQueries()
      await metricsServer?.close()
      rmSync(outboxDir, { recursive: true, force: true })
    },
  }
  return api
}

/** The same, closed when the test is over. */
export async function apiForTest(options: Options = {}): Promise<TestApi> {
  const api = await startApi(options)
  whenOver(() => api.close())
  return api
}
