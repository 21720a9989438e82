import { routes } from '@latchkey/contracts'
import { deviceOf } from '@latchkey/sessions'
import { Router } from 'express'
import type { ApiRoute } from '../../guards.ts'
import type { RateLimits } from '../../limits/rate-limits.ts'
import type { Passkeys } from './passkeys.service.ts'
import { present, type RelyingPartyOf } from './relying-party.ts'

interface Collaborators {
  passkeys: Passkeys
  relyingPartyOf: RelyingPartyOf
  rateLimits: Pick<RateLimits, 'passkeys'>
  route: ApiRoute
}

/** The passkeys of whoever is signed in. */
export function passkeyRoutes({ passkeys, relyingPartyOf, rateLimits, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.passkeys, async (_, { claims, req }) => ({
    ...(await passkeys.list(claims.sub)),
    rpId: relyingPartyOf(req.get('host'))?.id ?? null,
  }))

  route(router, routes.passkeyOptions, async (body, { claims, req, res }) => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    await rateLimits.passkeys.ownChallenge(res, claims.sub)
    return { options: await passkeys.options(claims, relyingParty, body?.upgrade ?? false) }
  })

  route(router, routes.addPasskey, async (body, { claims, req }) => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    return { passkey: await passkeys.add(claims, body, { relyingParty, device: deviceOf(req) }) }
  })

  route(router, routes.renamePasskey, async ({ name }, { claims, params }) => ({
    passkey: await passkeys.rename(claims, params.id, name),
  }))

  route(router, routes.removePasskey, async (_, { claims, params, req }) => {
    await passkeys.remove(claims, params.id, deviceOf(req))
    return null
  })

  route(router, routes.removePassword, async (_, { claims, req }) => {
    await passkeys.removePassword(claims, deviceOf(req))
    return {
      message:
        'Your password has been removed. Should you lose your passkeys, “Forgot your password?” sends you a link.',
    }
  })

  return router
}
