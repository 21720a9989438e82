import type { AuthenticationMethod } from '@latchkey/contracts'
import { answerProblems, type Clock, sameOrigin, stepUpBy, systemClock } from '@latchkey/contracts/server'
import type { ErrorRequestHandler, Request, RequestHandler, Response, Router } from 'express'
import type { Types } from 'mongoose'
import type { SignedInSession } from './collaborators.ts'
import { isDatabaseOutage } from './database-outage.ts'
import { deviceId } from './device-id.ts'
import { createAnswers, type TokenAnswer } from './express/answer.ts'
import { createAuthenticate } from './express/authenticate.ts'
import { readClaims } from './express/claims.ts'
import { deviceOf } from './express/device.ts'
import { jwksRoutes } from './express/jwks.routes.ts'
import { createPresentedSessions } from './express/presented-sessions.ts'
import { type AdmitRefresh, createRefresh, type OnRefreshEnded, type OnRefreshed } from './express/refresh.ts'
import { createRefreshCookies } from './express/refresh-cookies.ts'
import { signInLockOf, wantsTokenInBody } from './express/refresh-headers.ts'
import { factsOf, noteFacts, type RequestFacts } from './express/request-facts.ts'
import { allRoutes } from './express/routes.ts'
import { type Log, silent } from './log.ts'
import {
  idOnly,
  type OwnerDescription,
  type SessionHolders,
  type SessionOwner,
  type StandardClaims,
} from './owner.ts'
import { revocationModel } from './revocations/revocation.model.ts'
import { createRevocations, type OnRevoked } from './revocations/revocations.ts'
import type { OnSessionEvent } from './session-events.ts'
import { createSessionLife } from './session-life.ts'
import type { SessionSettings } from './settings.ts'
import { createAccessTokens } from './tokens/access-token.ts'
import { createRefreshTokens } from './tokens/refresh-token.ts'

interface Needs {
  /** A Mongoose model whose schema has `refreshTokens: [sessionSchema]`; its documents get an `epoch` (owner.ts). */
  users: object
  settings: SessionSettings
  /** Default: the system's. */
  clock?: Clock
  /** Default: nowhere. */
  log?: Log
  /** Called with what session owners want to know about (session-events.ts). Default: nobody is told. */
  onEvent?: OnSessionEvent
  /** Called with each revocation that this process learns of (revocations.ts). Default: nobody is told. */
  onRevoked?: OnRevoked | undefined
  /** Counts refreshes and may refuse one. Default: none is refused. */
  admitRefresh?: AdmitRefresh
  /** Called with each refresh that succeeds, before it is answered. Default: nobody is told. */
  onRefreshed?: OnRefreshed
  /** Called once for each refresh with how it ended (request-facts.ts). Default: nobody is told. */
  onRefreshEnded?: OnRefreshEnded
  /**
   * Whether ending other sessions asks for a sign-in of the last ten minutes, as the contracts say. For applications that
   * let people confirm who they are (`confirm`, `answerConfirmed`). Default: no.
   */
  stepUp?: boolean
  /** Origins whose pages may send cookies. Default: only the origin that serves the API. */
  origins?: { publicUrl?: string | undefined; clientOrigins: readonly string[] }
}

interface NeedsOwner<Owner extends SessionOwner, Claims extends StandardClaims, View> extends Needs {
  owner: OwnerDescription<Owner, Claims, View>
}

/** The refresh sessions of an application: the protocol, and its endpoints for Express 4 and 5. */
export interface Sessions<Owner extends SessionOwner, Claims extends StandardClaims, View>
  extends ReturnType<typeof createSessionLife<Owner>> {
  /** The guard for your own routes: lets a request pass if its access token is good. */
  authenticate: RequestHandler
  /** The claims of a request that `authenticate` let pass. */
  claimsOf(req: Request): Claims
  /** Whose a request is and what its refresh came to, as far as that is known. For logs and counts. */
  factsOf(req: Request): RequestFacts
  /**
   * Opens a session for a user who has just proved who they are (`amr`: how, RFC 8176; by password if left out), and
   * answers with its tokens. Null: there is no such user.
   */
  signIn(
    req: Request,
    res: Response,
    userId: Types.ObjectId,
    amr?: readonly AuthenticationMethod[],
  ): Promise<TokenAnswer<View> | null>
  /**
   * Gives a session that was just issued to its client, in cookies or in the body. Ends the session that this browser
   * held before.
   */
  answer(req: Request, res: Response, signedIn: SignedInSession<Owner>): Promise<TokenAnswer<View>>
  /** The answer to somebody who has confirmed who they are: an access token that says so, and no cookies. */
  answerConfirmed(confirmed: Omit<SignedInSession<Owner>, 'refreshToken'>): TokenAnswer<View>
  /** The check of a contract's `stepUp`: throws AuthError `step_up_required`. For `createRoute`. */
  stepUp: ReturnType<typeof stepUpBy>
  cookies: ReturnType<typeof createRefreshCookies>
  /** /refresh-token, /token, /logout, /logout-everywhere and /sessions. Mount them below a prefix like /api. */
  routes(): RequestHandler
  /** /.well-known/jwks.json. Mount it at the root. */
  wellKnown(): Router
  /** Answers errors with problem documents (RFC 9457). For applications without an error handler of their own. */
  problems: ErrorRequestHandler
  revocations: ReturnType<typeof createRevocations>
  accessTokens: ReturnType<typeof createAccessTokens<Owner, Claims>>
  refreshTokens: ReturnType<typeof createRefreshTokens>
  /** Resolves when the current revocations are loaded. Until then each request asks the database. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Refresh sessions, with what an application adds to its tokens and answers. */
// First, because TypeScript types the functions in `owner` by the first overload it tries.
export function createSessions<Owner extends SessionOwner, Claims extends StandardClaims, View>(
  needs: NeedsOwner<Owner, Claims, View>,
): Sessions<Owner, Claims, View>
/** The same for users of whom only the id is known. */
export function createSessions(needs: Needs): Sessions<SessionOwner, StandardClaims, { id: string }>
export function createSessions(
  needs: Needs & Partial<NeedsOwner<SessionOwner, StandardClaims, unknown>>,
): Sessions<SessionOwner, StandardClaims, unknown> {
  const { settings, clock = systemClock, log = silent, owner = idOnly } = needs
  const { onEvent = async () => {}, admitRefresh = async () => {}, onRefreshed = () => {} } = needs
  const { onRefreshEnded = () => {} } = needs
  const { origins = { clientOrigins: [] } } = needs
  const users = needs.users as SessionHolders

  const revocations = createRevocations({
    model: revocationModel(users.db),
    clock,
    log,
    onRevoked: needs.onRevoked,
  })
  const accessTokens = createAccessTokens({ settings: settings.accessToken, owner, clock })
  const refreshTokens = createRefreshTokens(settings.refreshToken, clock)
  const life = createSessionLife({ users, owner, refreshTokens, revocations, onEvent, clock, settings })

  const cookies = createRefreshCookies({ settings, refreshTokens, clock })
  const answers = createAnswers({ accessTokens, owner, refreshCookies: cookies })
  const authenticate = createAuthenticate({ accessTokens, revocations })
  const stepUp = stepUpBy(clock)
  const presentedSessions = createPresentedSessions({ sessions: life, refreshCookies: cookies, onEvent })
  const refresh = createRefresh({
    sessions: life,
    refreshTokens,
    refreshCookies: cookies,
    presentedSessions,
    admitRefresh,
    onRefreshed,
    onRefreshEnded,
    log,
  })

  return {
    ...life,
    authenticate,
    claimsOf: readClaims,
    factsOf,
    async signIn(req, res, userId, amr) {
      const browser = wantsTokenInBody(req) ? null : deviceId(cookies.readDeviceId(req))
      const session = life.begin({
        device: deviceOf(req),
        lock: signInLockOf(req),
        deviceIdHash: browser?.idHash ?? null,
        ...(amr && { amr }),
      })
      const signedIn = await life.issue(userId, session)
      if (!signedIn) return null
      if (browser) cookies.setDeviceId(res, browser.id)
      return await answer(req, res, signedIn)
    },
    answer,
    answerConfirmed: answers.tokens,
    stepUp,
    cookies,
    routes: () =>
      allRoutes({
        sessions: life,
        accessTokens,
        refreshTokens,
        refreshCookies: cookies,
        answers,
        presentedSessions,
        refresh,
        authenticate,
        stepUp: needs.stepUp ? stepUp : () => () => {},
        sameOrigin: sameOrigin(origins),
        onEvent,
      }),
    wellKnown: () => jwksRoutes({ accessTokens }),
    problems: answerProblems({
      isOutage: isDatabaseOutage,
      onFault: (code, err) => log.error({ err, code }, 'a request failed'),
    }),
    revocations,
    accessTokens,
    refreshTokens,
    start: () => revocations.follow(),
    stop: () => revocations.stop(),
  }

  async function answer(
    req: Request,
    res: Response,
    signedIn: SignedInSession,
  ): Promise<TokenAnswer<unknown>> {
    noteFacts(req, {
      userId: signedIn.user._id.toHexString(),
      sessionId: signedIn.session._id.toHexString(),
    })
    const tokens = answers.toSignIn(req, res, signedIn)
    await presentedSessions.endBefore(req, signedIn.session)
    return tokens
  }
}
