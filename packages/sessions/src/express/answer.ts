import type { Request, Response } from 'express'
import type { SignedInSession } from '../collaborators.ts'
import type { OwnerDescription, SessionOwner, StandardClaims } from '../owner.ts'
import type { AccessTokens } from '../tokens/access-token.ts'
import type { RefreshCookies } from './refresh-cookies.ts'
import { believedSessionOf, wantsTokenInBody } from './refresh-headers.ts'

/** The answer to a sign-in or a refresh. `expiresIn` is the lifetime of the access token, in seconds. */
export interface TokenAnswer<View> {
  accessToken: string
  tokenType: 'Bearer'
  expiresIn: number
  user: View
  /** Of the session; only for a page that cannot read the `session` cookie, and says what it believes of it. */
  generation?: number
  /** Only for clients that asked for it in the body, or sent theirs there. */
  refreshToken?: string
}

interface Collaborators<Owner extends SessionOwner, Claims extends StandardClaims, View> {
  accessTokens: AccessTokens<Owner, Claims>
  owner: Pick<OwnerDescription<Owner, Claims, View>, 'view'>
  refreshCookies: RefreshCookies
}

export type Answers<Owner extends SessionOwner, View> = ReturnType<
  typeof createAnswers<Owner, StandardClaims, View>
>

/** Gives a session to its client: the refresh token goes into a cookie or into the body, never both. */
export function createAnswers<Owner extends SessionOwner, Claims extends StandardClaims, View>({
  accessTokens,
  owner,
  refreshCookies,
}: Collaborators<Owner, Claims, View>) {
  return {
    inCookies,
    /** Without a refresh token: for a client that keeps the one it has. */
    tokens,
    inBody: (signedIn: SignedInSession<Owner>): TokenAnswer<View> => ({
      ...tokens(signedIn),
      refreshToken: signedIn.refreshToken,
    }),
    /** For a sign-in: in the way the client asked for. */
    toSignIn(req: Request, res: Response, signedIn: SignedInSession<Owner>): TokenAnswer<View> {
      return wantsTokenInBody(req) ? this.inBody(signedIn) : inCookies(res, signedIn)
    },
  }

  function inCookies(res: Response, signedIn: SignedInSession<Owner>): TokenAnswer<View> {
    // The step that can fail comes first. Otherwise cookies could be set without an access token to go with them.
    const answer = tokens(signedIn)
    refreshCookies.set(res, signedIn)
    if (believedSessionOf(res.req)) answer.generation = signedIn.session.generation
    return answer
  }

  function tokens(signedIn: Omit<SignedInSession<Owner>, 'refreshToken'>): TokenAnswer<View> {
    const { accessToken, expiresIn } = accessTokens.sign(signedIn)
    return { accessToken, tokenType: 'Bearer', expiresIn, user: owner.view(signedIn.user) }
  }
}
