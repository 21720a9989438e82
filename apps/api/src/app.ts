import { apiPrefix, headerNames, routes } from '@latchkey/contracts'
import cookieParser from 'cookie-parser'
import cors from 'cors'
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express'
import { accountRoutes } from './account/account.routes.ts'
import { adminRoutes } from './account/admin.routes.ts'
import { protectedRoutes } from './account/protected.routes.ts'
import { authRoutes } from './auth/auth.routes.ts'
import { passwordPolicyRoutes } from './auth/password-policy.routes.ts'
import { passwordProofRoutes } from './auth/password-proof.routes.ts'
import { recoveryRoutes } from './auth/recovery.routes.ts'
import { tokenRoutes } from './auth/token.routes.ts'
import { AuthError } from './auth-error.ts'
import type { Services } from './compose.ts'
import type { Config } from './config.ts'
import { jsonBody } from './http/body.ts'
import { methodNotAllowed } from './http/method-not-allowed.ts'
import { answerProblem, statusOf, toAuthError } from './http/problem.ts'
import { requestLog } from './http/request-log.ts'
import { sameOrigin } from './http/same-origin.ts'
import { securityHeaders } from './http/security-headers.ts'
import { singlePageApp } from './http/single-page-app.ts'
import { devMailboxRoutes } from './mail/dev-mailbox.routes.ts'
import { healthRoutes } from './ops/health.routes.ts'
import { jwksRoutes } from './sessions/jwks.routes.ts'
import { sessionRoutes } from './sessions/session.routes.ts'

/** The HTTP side of Latchkey, in the order a request meets it. */
export function createApp(services: Services, config: Config): Express {
  const app = express()
  app.set('env', config.production ? 'production' : 'development')
  app.set('trust proxy', config.server.trustedProxies)
  app.set('query parser', 'simple')
  app.disable('x-powered-by')
  app.disable('etag')

  app.use(requestLog(services.log, app))
  app.use(securityHeaders(config.server))
  app.use(apiPrefix, api(services, config))
  app.use(jwksRoutes(services))
  if (services.outbox) app.use(devMailboxRoutes(services.outbox))
  app.use(singlePageApp(services.webRoot))
  app.use(() => {
    throw new AuthError('not_found')
  })
  app.use(answerProblem)
  return app
}

function api(services: Services, config: Config): Router {
  const router = Router()
  router.use(neverStore)
  router.use(allowClients(config.server))
  router.use(healthRoutes(services))
  router.use(protectedRoutes(services))
  router.use(passwordPolicyRoutes(services))

  router.use(sameOrigin(config.server))
  router.post(routes.logout.path, clearCookies(services))
  router.use(requireDatabase(services))
  router.use(cookieParser())
  router.use(tokenRoutes(services))
  router.use(jsonBody)
  router.use(authRoutes(services))
  router.use(recoveryRoutes(services))
  router.use(passwordProofRoutes(services))
  router.use(sessionRoutes(services))
  router.use(accountRoutes(services))
  router.use(adminRoutes(services))
  router.use(routes.logout.path, keepTokenInOutage(services))

  router.use(methodNotAllowed())
  router.use(() => {
    throw new AuthError('not_found')
  })
  return router
}

/** Tokens and people's data belong in no cache (RFC 6749 §5.1). */
const neverStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store')
  next()
}

/** Cross-origin calls with cookies, for the origins in CLIENT_URL and no others. */
const allowClients = ({ clientOrigins }: Config['server']): RequestHandler =>
  cors({
    origin: [...clientOrigins],
    credentials: true,
    allowedHeaders: ['Authorization', 'Content-Type', ...Object.values(headerNames)],
    exposedHeaders: ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
    maxAge: 600,
  })

/** Before anything can go wrong: whatever is sent, this browser is signed out. */
const clearCookies =
  ({ refreshCookies }: Pick<Services, 'refreshCookies'>): RequestHandler =>
  (_req, res, next) => {
    refreshCookies.clear(res)
    next()
  }

/**
 * A sign-out that the database has not heard of is sent again later, and is nothing without the token. The page forgets
 * the session all the same.
 */
const keepTokenInOutage =
  ({ refreshCookies }: Pick<Services, 'refreshCookies'>): ErrorRequestHandler =>
  (thrown: unknown, _req, res, next) => {
    if (res.hasHeader('Set-Cookie') && statusOf(toAuthError(thrown)) >= 500) {
      res.removeHeader('Set-Cookie')
      refreshCookies.clearReadable(res)
    }
    next(thrown)
  }

const requireDatabase =
  ({ database }: Pick<Services, 'database'>): RequestHandler =>
  (_req, _res, next) => {
    database.assertReady()
    next()
  }
