import type { Logger } from 'pino'
import { createAccounts } from './account/account.service.ts'
import { userModel } from './account/user.model.ts'
import { createAuth } from './auth/auth.service.ts'
import { createPasswords } from './auth/password.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { createDatabase } from './database.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { createRateLimits } from './http/rate-limit.ts'
import { createRefresh } from './http/refresh.ts'
import { createRefreshCookies } from './http/refresh-cookie.ts'
import type { Lifecycle } from './ops/lifecycle.ts'
import { createAccessTokens } from './sessions/access-token.ts'
import { createRefreshTokens } from './sessions/refresh-token.ts'
import { revocationModel } from './sessions/revocation.model.ts'
import { createRevocations } from './sessions/revocations.ts'
import { securityEventModel } from './sessions/security-event.model.ts'
import { createSecurityEvents } from './sessions/security-events.ts'
import { createSessions } from './sessions/session.service.ts'

/** What the outside world provides. */
interface Edges {
  config: Config
  clock: Clock
  log: Logger
  /** Where the database answers; the embedded one's when none is configured. */
  mongoUri: string
  /** The folder of the built web app. */
  webRoot: string
}

export type Services = ReturnType<typeof compose>

/** Builds every service once, in order. */
export function compose({ config, clock, log, mongoUri, webRoot }: Edges) {
  const lifecycle: Lifecycle = { draining: false }
  const database = createDatabase({ uri: mongoUri, log })
  const users = userModel(database.connection)

  const revocations = createRevocations({
    model: revocationModel(database.connection),
    clock,
    log,
    accessTokenTtlSeconds: config.accessToken.ttlSeconds,
  })
  const events = createSecurityEvents({ model: securityEventModel(database.connection), clock, log })
  const { issuableFrom } = revocations
  const accessTokens = createAccessTokens({ config: config.accessToken, clock, issuableFrom })
  const refreshTokens = createRefreshTokens(config.refreshToken, clock)
  const sessions = createSessions({ users, refreshTokens, revocations, events, clock, config })
  const accounts = createAccounts({ users, revocations, clock })
  const passwords = createPasswords(config.password)
  const auth = createAuth({ accounts, sessions, events, refreshTokens, passwords })

  const rateLimits = createRateLimits({ connection: database.connection, config: config.rateLimits })

  return {
    /** Resolves when the database answers and everything is loaded; until then the API says that it is not ready. */
    async start(): Promise<void> {
      await database.connect()
      revocations.follow()
    },

    /** In the reverse order of the making. */
    async close(): Promise<void> {
      await passwords.close()
      await revocations.stop()
      await database.close()
    },

    log,
    webRoot,
    lifecycle,
    database,
    accounts,
    sessions,
    revocations,
    events,
    auth,
    accessTokens,
    refreshTokens,
    passwords,
    authenticate: createAuthenticate(accessTokens, revocations),
    refreshCookies: createRefreshCookies(config.cookie, clock),
    rateLimits,
    refresh: createRefresh({ sessions, refreshTokens, rateLimits }),
  }
}
