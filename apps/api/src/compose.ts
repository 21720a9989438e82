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

  const accessTokens = createAccessTokens(config.accessToken, clock)
  const refreshTokens = createRefreshTokens(config.refreshToken, clock)
  const sessions = createSessions({ users, refreshTokens, clock, config })
  const accounts = createAccounts({ users, clock })
  const passwords = createPasswords(config.password)
  const auth = createAuth({ accounts, sessions, refreshTokens, passwords })

  const rateLimits = createRateLimits({ connection: database.connection, config: config.rateLimits })

  return {
    log,
    webRoot,
    lifecycle,
    database,
    accounts,
    sessions,
    auth,
    accessTokens,
    refreshTokens,
    passwords,
    authenticate: createAuthenticate(accessTokens),
    refreshCookies: createRefreshCookies(config.cookie, clock),
    rateLimits,
    refresh: createRefresh({ sessions, refreshTokens, rateLimits }),
  }
}
