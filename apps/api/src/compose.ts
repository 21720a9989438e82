import type { Logger } from 'pino'
import { createAccounts } from './account/account.service.ts'
import { createAccountMail } from './account/account-mail.ts'
import { actionTokenModel } from './account/action-token.model.ts'
import { createActionTokens } from './account/action-tokens.ts'
import { createAdministration } from './account/administration.ts'
import { createEmailAddresses } from './account/email.service.ts'
import { createNotices } from './account/notices.ts'
import { createRemoval } from './account/removal.service.ts'
import { userModel } from './account/user.model.ts'
import { createAuth } from './auth/auth.service.ts'
import { createBreachedPasswords } from './auth/breached-passwords.ts'
import { hashCostModel } from './auth/hash-cost.model.ts'
import { createHashCosts } from './auth/hash-costs.ts'
import { createPasswordService } from './auth/password.service.ts'
import { createPasswords } from './auth/password.ts'
import { createPasswordPolicy } from './auth/password-policy.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { createDatabase } from './database.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { createRateLimits } from './http/rate-limit.ts'
import { createRefresh } from './http/refresh.ts'
import { createRefreshCookies } from './http/refresh-cookie.ts'
import { mailJobModel } from './mail/mail-job.model.ts'
import { createMailQueue } from './mail/mail-queue.ts'
import { createMailer } from './mail/mailer.ts'
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
  /** Where mail is kept that is not sent; null: nowhere. */
  outboxDir: string | null
}

export type Services = ReturnType<typeof compose>

/** Builds every service once, in order. */
export function compose({ config, clock, log, mongoUri, webRoot, outboxDir }: Edges) {
  const lifecycle: Lifecycle = { draining: false }
  const database = createDatabase({ uri: mongoUri, log })
  const users = userModel(database.connection)

  const revocations = createRevocations({
    model: revocationModel(database.connection),
    clock,
    log,
    accessTokenTtlSeconds: config.accessToken.ttlSeconds,
  })
  const mailer = createMailer(config.mail, outboxDir)
  const mailQueue = createMailQueue({ model: mailJobModel(database.connection), mailer, clock, log })
  const events = createSecurityEvents({
    model: securityEventModel(database.connection),
    clock,
    log,
    onRecorded: createNotices(mailQueue),
  })

  const accessTokens = createAccessTokens({ config: config.accessToken, clock })
  const refreshTokens = createRefreshTokens(config.refreshToken, clock)
  const sessions = createSessions({ users, refreshTokens, revocations, events, clock, config })

  const accounts = createAccounts({ users, revocations, clock })
  const administration = createAdministration({ users, revocations, clock })
  const actionTokens = createActionTokens({ model: actionTokenModel(database.connection), clock })
  const emailAddresses = createEmailAddresses({ accounts, actionTokens, events, mailQueue })
  const removal = createRemoval({ accounts, actionTokens, events, mailQueue })
  const { pageUrl, requireVerifiedEmail } = config.mail
  const accountMail = createAccountMail({ accounts, actionTokens, clock, pageUrl })

  const { bcryptCost } = config.password
  const hashCosts = createHashCosts({ model: hashCostModel(database.connection), log, bcryptCost })
  const passwords = createPasswords({ bcryptCost, hashCosts })
  const passwordPolicy = createPasswordPolicy({
    minLength: config.password.minLength,
    publicUrl: config.server.publicUrl,
    isBreached: createBreachedPasswords({ url: config.password.breachedUrl, log }),
  })
  const secrets = { passwords, passwordPolicy }
  const auth = createAuth({ accounts, sessions, events, ...secrets, mailQueue, requireVerifiedEmail })
  const passwordService = createPasswordService({ accounts, actionTokens, events, mailQueue, ...secrets })

  const rateLimits = createRateLimits({ connection: database.connection, config: config.rateLimits })

  return {
    /** Resolves when the database answers and everything is loaded; until then the API says that it is not ready. */
    async start(): Promise<void> {
      await database.connect()
      await revocations.follow()
      mailQueue.start(accountMail)
    },

    /** In the reverse order of the making. */
    async close(): Promise<void> {
      await passwords.close()
      await mailQueue.stop()
      await revocations.stop()
      await database.close()
    },

    log,
    clock,
    webRoot,
    lifecycle,
    database,
    outbox: mailer.outbox,
    accounts,
    administration,
    emailAddresses,
    removal,
    sessions,
    revocations,
    events,
    auth,
    passwordService,
    passwordPolicy,
    accessTokens,
    refreshTokens,
    passwords,
    authenticate: createAuthenticate(accessTokens, revocations),
    refreshCookies: createRefreshCookies(config.cookie, clock),
    rateLimits,
    refresh: createRefresh({ sessions, refreshTokens, rateLimits }),
  }
}
