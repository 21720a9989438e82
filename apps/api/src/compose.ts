import type { Clock } from '@latchkey/contracts/server'
import { createSessions } from '@latchkey/sessions'
import type { Logger } from 'pino'
import { createAccountExport } from './account/account-export.ts'
import { createAccountMail } from './account/account-mail.ts'
import { createEmailAddresses } from './account/email.service.ts'
import { createMailLanguage } from './account/language.service.ts'
import { createLapse } from './account/lapse.ts'
import { createOwnership } from './account/ownership.service.ts'
import { createRemoval } from './account/removal.service.ts'
import { createUnfinishedRemovals } from './account/unfinished-removals.ts'
import { createUsernames } from './account/username.service.ts'
import { createAdministration } from './admin/administration.ts'
import { createUserList } from './admin/user-list.ts'
import { createBackground } from './background.ts'
import type { Config } from './config.ts'
import { createDatabase } from './database.ts'
import { timeRefresh } from './demo/server-timing.ts'
import { createExplanations } from './events/explanations.ts'
import { createNotices } from './events/notices.ts'
import { securityEventModel } from './events/security-event.model.ts'
import { createSecurityEvents } from './events/security-events.ts'
import { createFactorResets } from './factors/factor-resets.ts'
import { createFactorStore } from './factors/factor-store.ts'
import { createFactorService } from './factors/factors.service.ts'
import { createSecretBox } from './factors/secret-box.ts'
import { createApiRoute } from './guards.ts'
import { rateLimitModel } from './limits/rate-limit.model.ts'
import { createRateLimits } from './limits/rate-limits.ts'
import { actionTokenModel } from './links/action-token.model.ts'
import { createActionTokens } from './links/action-tokens.ts'
import { mailJobModel } from './mail/mail-job.model.ts'
import { createMailQueue } from './mail/mail-queue.ts'
import { createMailer } from './mail/mailer.ts'
import { noticeCapModel } from './mail/notice-cap.model.ts'
import { createNoticeCaps } from './mail/notice-caps.ts'
import { type Migration, migrations as shipped } from './maintenance/migrations.ts'
import { createMigrations } from './maintenance/run-migrations.ts'
import type { Lifecycle } from './ops/lifecycle.ts'
import type { OperationMetrics } from './ops/metrics/metrics.ts'
import { createAuth } from './sign-in/auth.service.ts'
import { createBreachedPasswords } from './sign-in/breached-passwords.ts'
import { hashCostModel } from './sign-in/hash-cost.model.ts'
import { createHashCosts } from './sign-in/hash-costs.ts'
import { createOpening } from './sign-in/opening.ts'
import { challengeModel } from './sign-in/passkeys/challenge.model.ts'
import { createChallenges } from './sign-in/passkeys/challenges.ts'
import { createPasskeySignIn } from './sign-in/passkeys/passkey-sign-in.service.ts'
import { createPasskeys } from './sign-in/passkeys/passkeys.service.ts'
import { createRelyingParty } from './sign-in/passkeys/relying-party.ts'
import { createPasswordService } from './sign-in/password.service.ts'
import { createPasswords, type PasswordWorkers } from './sign-in/password.ts'
import { createPasswordFromOutside } from './sign-in/password-from-outside.ts'
import { createPasswordPolicy } from './sign-in/password-policy.ts'
import { createSecondSteps } from './sign-in/second-step.service.ts'
import { signInAttemptModel } from './sign-in/sign-in-attempt.model.ts'
import { createSignInAttempts } from './sign-in/sign-in-attempts.ts'
import { createTrustedBrowsers } from './sign-in/trusted-browsers.ts'
import { createAccounts } from './users/accounts.ts'
import { createImportedAccounts } from './users/imported-accounts.ts'
import { createKnownDevices } from './users/known-devices.ts'
import { createSearchParts } from './users/search-parts.ts'
import { createUnprovedAccounts } from './users/unproved-accounts.ts'
import { userModel } from './users/user.model.ts'
import { sessionOwner } from './users/user-identity.ts'
import { createUserPasskeys } from './users/user-passkeys.ts'
import { webhookDeliveryModel } from './webhooks/webhook-delivery.model.ts'
import { createWebhooks } from './webhooks/webhooks.ts'

/** What the outside world provides. */
interface Edges {
  config: Config
  clock: Clock
  log: Logger
  /** Where the database is. The embedded one if none is configured. */
  mongoUri: string
  /** The folder of the built web app. */
  webRoot: string
  /** Where mail is kept that is not sent. Null: nowhere. */
  outboxDir: string | null
  /** What the parts report to. Null: nobody asks. */
  metrics: OperationMetrics | null
  /** Others than those of this version. */
  migrations?: readonly Migration[]
  /** What hashes passwords. Missing: threads of its own. */
  passwordWorkers?: PasswordWorkers
}

export type Services = ReturnType<typeof compose>

/** Builds every service once, and connects them to each other. */
export function compose(edges: Edges) {
  const { config, clock, log, mongoUri, webRoot, outboxDir, metrics, migrations: list = shipped } = edges
  const told = metrics?.listeners
  const lifecycle: Lifecycle = { draining: false }
  const database = createDatabase({
    uri: mongoUri,
    log,
    migrations: list.map(({ name }) => name),
    onClient: told?.clientCreated,
  })
  const db = () => database.connection.getClient().db()
  const migrations = createMigrations({ db, list, clock, log })
  const openMigrations = createBackground({ sweep: migrations.sweep, log, what: 'open migrations' })
  const unfinished = createUnfinishedRemovals({ db, clock })
  const users = userModel(database.connection)

  const mailer = createMailer(config.mail, outboxDir)
  const noticeCaps = createNoticeCaps({ model: noticeCapModel(database.connection), clock })
  const { atOnce, pollMs } = config.mail
  const mailJobs = mailJobModel(database.connection)
  const mailQueue = createMailQueue({
    model: mailJobs,
    noticeCaps,
    mailer,
    clock,
    log,
    atOnce,
    pollMs,
    onAttempt: told?.mailAttempted,
  })
  // Without an endpoint there is no outbox, either.
  const webhooks = config.webhooks
    ? createWebhooks({
        ...config.webhooks,
        model: webhookDeliveryModel(database.connection),
        clock,
        log,
        onOutcome: told?.webhookEnded,
      })
    : null
  const notify = createNotices(mailQueue)
  const events = createSecurityEvents({
    model: securityEventModel(database.connection),
    clock,
    log,
    async onRecorded(event) {
      webhooks?.tell(event)
      await notify(event)
    },
  })

  const rateLimits = createRateLimits({
    model: rateLimitModel(database.connection),
    limits: config.rateLimits,
    clock,
    onRefused: told?.limitHit,
  })
  const sessions = createSessions({
    users,
    owner: sessionOwner,
    settings: config,
    clock,
    log,
    async onEvent({ deviceIdHash, ...event }) {
      await events.record(event)
      // Whoever ends everything means the browsers, too, all but the one at hand.
      if (event.kind === 'session_revoked' && event.sessionId === null)
        await knownDevices
          .forgetOthers(event.userId, deviceIdHash)
          .catch((err) => log.error({ err }, 'known browsers could not be forgotten'))
    },
    onRevoked: webhooks?.tellRevoked,
    stepUp: true,
    admitRefresh: rateLimits.refresh,
    // For the page that shows the protocol at work, where there is one.
    ...(mailer.outbox && { onRefreshed: timeRefresh }),
    ...(told && { onRefreshEnded: told.refreshEnded }),
    origins: config.server,
  })
  const { revocations } = sessions

  const knownDevices = createKnownDevices({ users, clock })
  const searchParts = createSearchParts({ users })
  const lackingParts = createBackground({
    sweep: searchParts.complete,
    log,
    what: 'accounts without search parts',
  })
  const accounts = createAccounts({ users, sessions, revocations, clock })
  const administration = createAdministration({ users, sessions, revocations, clock })
  const userList = createUserList({ users, clock })
  const actionTokens = createActionTokens({ model: actionTokenModel(database.connection), clock })
  const emailAddresses = createEmailAddresses({ accounts, actionTokens, events, mailQueue })
  const usernames = createUsernames({ accounts, events })
  const mailLanguage = createMailLanguage({ accounts, events })
  // What else is kept about an account. Add what your product keeps: it goes with the account.
  const keepers = [actionTokens, events]
  const removal = createRemoval({ accounts, keepers, unfinished, mailQueue, log })
  const { pageUrl, requireVerifiedEmail, unverifiedLifetimeSeconds } = config.mail
  const lifetimeSeconds = unverifiedLifetimeSeconds
  const unprovedAccounts = createUnprovedAccounts({ users, accounts, clock, lifetimeSeconds })
  const importedAccounts = createImportedAccounts({ users, unprovedAccounts, clock })
  // Without mail nobody could prove anything.
  const enabled = mailer.delivers && lifetimeSeconds > 0
  const lapse = createLapse({ unprovedAccounts, removal, mailQueue, log, enabled })
  const unfinishedRemovals = createBackground({
    sweep: removal.finish,
    log,
    what: 'what is left of deleted accounts',
  })
  const accountMail = createAccountMail({
    accounts,
    unprovedAccounts,
    actionTokens,
    noticeCaps,
    mailQueue,
    clock,
    pageUrl,
  })

  const { bcryptCost, firebaseSignerKey } = config.password
  const hashCosts = createHashCosts({ model: hashCostModel(database.connection), log, bcryptCost })
  const passwords = createPasswords({
    bcryptCost,
    hashCosts,
    firebaseSignerKey: firebaseSignerKey === undefined ? undefined : Buffer.from(firebaseSignerKey, 'base64'),
    workers: edges.passwordWorkers,
    onTurn: told?.hashBegan,
    onRefused: told?.hashRefused,
  })
  const passwordPolicy = createPasswordPolicy({
    minLength: config.password.minLength,
    publicUrl: config.server.publicUrl,
    isBreached: createBreachedPasswords({ url: config.password.breachedUrl, log }),
  })
  const secrets = { passwords, passwordPolicy }
  const factorStore = createFactorStore({ users, box: createSecretBox(config.factors.secrets), clock })
  const factorService = createFactorService({ accounts, factorStore, events, ...config.factors })
  const factorResets = createFactorResets({ users, events, clock })
  const dueResets = createBackground({ sweep: factorResets.sweep, log, what: 'factors to be removed' })
  const opening = createOpening({ accounts, sessions, knownDevices, events })
  const attempts = createSignInAttempts({ model: signInAttemptModel(database.connection), clock })
  const trustedBrowsers = createTrustedBrowsers({ users, events, clock })
  const userPasskeys = createUserPasskeys({ users, clock })
  const challenges = createChallenges({ model: challengeModel(database.connection), clock })
  const passkeyParts = { userPasskeys, challenges, events }
  const passkeySignIn = createPasskeySignIn({
    ...passkeyParts,
    accounts,
    knownDevices,
    sessions,
    log,
    requireVerifiedEmail,
  })
  const shown = { factorService, passkeySignIn }
  const steps = { accounts, attempts, ...shown, opening, trustedBrowsers, events }
  const secondSteps = createSecondSteps(steps)
  const auth = createAuth({
    accounts,
    clock,
    sessions,
    opening,
    secondSteps,
    trustedBrowsers,
    events,
    ...secrets,
    mailQueue,
    requireVerifiedEmail,
    isFactorRequired: factorService.isRequired,
  })
  const passwordService = createPasswordService({
    accounts,
    clock,
    actionTokens,
    events,
    mailQueue,
    ...secrets,
  })
  const passkeys = createPasskeys({
    ...passkeyParts,
    accounts,
    passwordService,
    clock,
    upgrade: config.passkeys.upgrade,
    isFactorRequired: factorService.isRequired,
  })
  const exportAccount = createAccountExport({
    accounts,
    sessions,
    knownDevices,
    userPasskeys,
    factorService,
    clock,
  })
  const outsiders = createPasswordFromOutside({ passwords, events })
  const owned = { accounts, unprovedAccounts, actionTokens, events, mailQueue, removal, passwords }
  const ownership = createOwnership({ ...owned, isFactorRequired: factorService.isRequired })
  const explainSessions = createExplanations({
    accounts,
    sessions,
    events,
    clock,
    limits: {
      idleSeconds: config.refreshToken.ttlSeconds,
      longestSeconds: config.session.maxAgeSeconds,
      sessions: config.session.limit,
    },
  })

  /** What is done in the background, once a minute, by every process. Add your own here (background.ts). */
  const jobs = [lapse, dueResets, lackingParts, openMigrations, unfinishedRemovals]

  metrics?.watch({ revocations, passwords, mailQueue, webhooks })

  return {
    /** Resolves when the database answers and everything is loaded. Until then the API says that it is not ready. */
    async start(): Promise<void> {
      await database.connect()
      await sessions.start()
      mailQueue.start(accountMail)
      webhooks?.start()
      for (const job of jobs) job.start()
    },

    /** In the reverse order of their creation. */
    async close(): Promise<void> {
      await passwords.close()
      for (const job of jobs.toReversed()) await job.stop()
      await Promise.all([mailQueue.stop(), webhooks?.stop()])
      await sessions.stop()
      await database.close()
      metrics?.stop()
    },

    onRequestEnded: told?.requestEnded,
    log,
    clock,
    webRoot,
    lifecycle,
    database,
    migrations,
    outbox: mailer.outbox,
    mailer,
    webhooks,
    accounts,
    unprovedAccounts,
    importedAccounts,
    hashCosts,
    knownDevices,
    searchParts,
    administration,
    userList,
    emailAddresses,
    usernames,
    mailLanguage,
    ownership,
    outsiders,
    lapse,
    removal,
    sessions,
    events,
    explainSessions,
    exportAccount,
    auth,
    secondSteps,
    factorService,
    factorStore,
    factorResets,
    passwordService,
    passkeys,
    passkeySignIn,
    userPasskeys,
    relyingPartyOf: createRelyingParty({ ...config.passkeys, ...config.server }),
    passwordPolicy,
    passwords,
    rateLimits,
    route: createApiRoute({ ...sessions, factorRoles: config.factors.requiredFor }),
  }
}
