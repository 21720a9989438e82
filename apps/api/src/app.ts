import {
  apiPrefix,
  cookiePrefixMeta,
  demoRoutes as demoContracts,
  developmentMeta,
  headerNames,
  jwksPath,
  mailboxPath,
  passkeyUpgradeMeta,
  routes,
  webauthnPath,
} from '@latchkey/contracts'
import { AuthError, answerProblems, jsonBody, methodNotAllowed, sameOrigin } from '@latchkey/contracts/server'
import { isDatabaseOutage, wantsTokenInBody } from '@latchkey/sessions'
import cookieParser from 'cookie-parser'
import cors from 'cors'
import express, { type Express, type RequestHandler, Router } from 'express'
import { accountRoutes } from './account/account.routes.ts'
import { deviceRoutes } from './account/devices.routes.ts'
import { emailRoutes } from './account/email.routes.ts'
import { otherSessionsRoutes } from './account/other-sessions.routes.ts'
import { ownAccountRoutes } from './account/own-account.routes.ts'
import { ownershipRoutes } from './account/ownership.routes.ts'
import { protectedRoutes } from './account/protected.routes.ts'
import { adminRoutes } from './admin/admin.routes.ts'
import { apiDocsRoutes } from './api-docs/api-docs.routes.ts'
import { docsPath, documentPath } from './api-docs/docs-page.ts'
import type { Services } from './compose.ts'
import type { Config } from './config.ts'
import { demoRoutes } from './demo/demo.routes.ts'
import { seenPath, seenRoutes } from './doctor/seen.routes.ts'
import { factorRoutes } from './factors/factors.routes.ts'
import { requestLog } from './http/request-log.ts'
import { routePatterns } from './http/route-patterns.ts'
import { securityHeaders } from './http/security-headers.ts'
import { singlePageApp } from './http/single-page-app.ts'
import {
  defaultGateway,
  warnOfGateway,
  warnOfRewrittenHost,
  warnOfUnknownProxy,
} from './http/unknown-proxies.ts'
import { devMailboxRoutes } from './mail/dev-mailbox.routes.ts'
import { healthRoutes } from './ops/health.routes.ts'
import { authRoutes } from './sign-in/auth.routes.ts'
import { passkeySignInRoutes } from './sign-in/passkeys/passkey-sign-in.routes.ts'
import { passkeyRoutes } from './sign-in/passkeys/passkeys.routes.ts'
import { relatedOrigins } from './sign-in/passkeys/well-known.routes.ts'
import { passwordPolicyRoutes } from './sign-in/password-policy.routes.ts'
import { reauthenticationRoutes } from './sign-in/reauthentication.routes.ts'
import { recoveryRoutes } from './sign-in/recovery.routes.ts'

/**
 * The endpoints below /api. Add your own here: method, body, origin and guard are taken care of for all of them
 * (README, "Add a protected route").
 */
const features = [
  authRoutes,
  passkeySignInRoutes,
  reauthenticationRoutes,
  recoveryRoutes,
  emailRoutes,
  ownershipRoutes,
  ownAccountRoutes,
  accountRoutes,
  deviceRoutes,
  factorRoutes,
  passkeyRoutes,
  adminRoutes,
]

/** What a request is called in logs and counts. */
const patterns = [
  ...[...Object.values(routes), ...Object.values(demoContracts)].map(({ path }) => apiPrefix + path),
  jwksPath,
  webauthnPath,
  apiPrefix + documentPath,
  apiPrefix + docsPath,
  `${apiPrefix}${docsPath}/:file`,
  apiPrefix + seenPath,
  mailboxPath,
  `${mailboxPath}/:id`,
]

/** The HTTP side of Latchkey, in the order a request meets it. */
export function createApp(services: Services, config: Config): Express {
  const app = express()
  app.set('env', config.production ? 'production' : 'development')
  app.set('trust proxy', config.server.trustedProxies)
  app.set('query parser', 'simple')
  app.disable('x-powered-by')
  app.disable('etag')

  app.use(
    requestLog({
      log: services.log,
      app,
      routeOf: routePatterns({ patterns, api: apiPrefix }),
      factsOf: services.sessions.factsOf,
      onEnded: services.onRequestEnded,
    }),
  )
  app.use(warnOfUnknownProxy(config.server.trustedProxies, services.log))
  if (config.production) app.use(warnOfGateway(defaultGateway(), services.log))
  app.use(securityHeaders(config.server))
  app.use(apiPrefix, api(services, config))
  app.use(services.sessions.wellKnown())
  app.use(relatedOrigins({ ...config.passkeys, ...config.server }))
  if (services.outbox) app.use(devMailboxRoutes(services.outbox))
  const meta = {
    [cookiePrefixMeta]: config.cookie.prefix,
    ...(services.outbox && { [developmentMeta]: 'on' }),
    ...(!config.passkeys.upgrade && { [passkeyUpgradeMeta]: 'off' }),
  }
  app.use(singlePageApp({ webRoot: services.webRoot, publicUrl: config.server.publicUrl, meta }))
  app.use(notFound)
  app.use(
    answerProblems({
      isOutage: isDatabaseOutage,
      onFault(code, err, { log }) {
        if (code === 'database_unavailable') log.warn({ err }, 'database unavailable')
        else log.error({ err }, 'unexpected error')
      },
    }),
  )
  return app
}

function api(services: Services, config: Config): Router {
  const router = Router()
  router.use(neverStore)
  router.use(allowClients(config.server))
  router.use(routes.healthLive.path, tellEverybody)
  // Below their path alone: whoever leaves a router in vain waits for the event loop.
  router.all('/health/*path', healthRoutes(services), seenRoutes(services, config))

  router.use(sameOrigin({ ...config.server, onRefused: warnOfRewrittenHost(services.log) }))
  router.use(['/login', '/register'], refuseOtherSites(config.cookie))
  // Where mail is kept for a developer, and nowhere else: never in production.
  if (services.outbox) router.use(demoRoutes(services))
  router.use(otherSessionsRoutes(services))
  router.use(services.sessions.routes())
  router.use(refuseTrailingSlash)
  router.use(cookieParser())
  router.use(jsonBody)
  // These work without the database, so they come before `requireDatabase`.
  router.use(protectedRoutes(services))
  router.use(passwordPolicyRoutes(services))
  if (config.server.apiDocs) router.use(apiDocs(services, config))
  router.use(requireDatabase(services))
  for (const feature of features) router.use(feature(services))

  router.use(methodNotAllowed(Object.values(routes)))
  router.use(notFound)
  return router
}

const apiDocs = ({ outbox }: Services, { cookie, server: { publicUrl } }: Config): Router =>
  apiDocsRoutes({ cookie, publicUrl, demo: outbox !== null })

/** Tokens and personal data must not be cached (RFC 6749 §5.1). */
const neverStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store')
  next()
}

/**
 * Refuses to sign anybody in on a page of another site that may otherwise call: its browser would not send the cookies
 * back. Pages that keep their refresh token themselves sign in.
 */
const refuseOtherSites =
  ({ sameSite }: Config['cookie']): RequestHandler =>
  (req, _res, next) => {
    const isOther = req.get('sec-fetch-site') === 'cross-site' && /^https?:/.test(req.get('origin') ?? '')
    if (sameSite !== 'none' && isOther && !wantsTokenInBody(req)) throw new AuthError('cross_site_page')
    next()
  }

/** A page that may not call finds out by it that somebody is there, and says so. */
const tellEverybody: RequestHandler = (_req, res, next) => {
  if (!res.hasHeader('Access-Control-Allow-Origin')) res.set('Access-Control-Allow-Origin', '*')
  next()
}

/** Allows cross-origin calls with cookies, only for the origins in CLIENT_URL. */
const allowClients = ({ clientOrigins }: Config['server']): RequestHandler =>
  cors({
    origin: [...clientOrigins],
    credentials: true,
    allowedHeaders: ['Authorization', 'Content-Type', ...Object.values(headerNames)],
    exposedHeaders: ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
    maxAge: 600,
  })

/**
 * A caller who forgets the id sends `DELETE /sessions/`. It must not mean `DELETE /sessions`, which ends all others.
 */
const refuseTrailingSlash: RequestHandler = (req, _res, next) => {
  if (req.path.length > 1 && req.path.endsWith('/')) throw new AuthError('not_found')
  next()
}

const requireDatabase =
  ({ database }: Pick<Services, 'database'>): RequestHandler =>
  (_req, _res, next) => {
    database.assertReady()
    next()
  }

const notFound: RequestHandler = () => {
  throw new AuthError('not_found')
}
