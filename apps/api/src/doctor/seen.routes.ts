import { AuthError, type Clock } from '@latchkey/contracts/server'
import { Router } from 'express'
import type { Config } from '../config.ts'
import { isDoctorProof } from './proof.ts'

/** How a request looked when it arrived: nothing that its sender would not know, were nobody in between. */
export interface Seen {
  /** Whom limits count. */
  address: string
  /** How many addresses `X-Forwarded-For` had. */
  forwarded: number
  /** Without the port that a browser leaves out. */
  host: string
  /** How many cookies came. */
  cookies: number
  /** By the clock of that process, ISO 8601. */
  now: string
  trustedProxies: number
  publicUrl: string | null
}

export const seenPath = '/health/seen'

/** For `latchkey doctor`, which knows the key of this installation. To everybody else there is nothing here. */
export function seenRoutes({ clock }: { clock: Clock }, { accessToken, server }: Config): Router {
  const router = Router()
  const keys = [accessToken.key, ...accessToken.previousKeys]
  router.get(seenPath, (req, res) => {
    if (!isDoctorProof(req.get('authorization'), keys, clock.now())) throw new AuthError('not_found')
    const seen: Seen = {
      address: req.ip ?? '',
      forwarded: listOf(req.get('x-forwarded-for'), ',').length,
      host: req.headers.host ?? '',
      cookies: listOf(req.get('cookie'), ';').length,
      now: clock.now().toISOString(),
      trustedProxies: server.trustedProxies,
      publicUrl: server.publicUrl ?? null,
    }
    res.json(seen)
  })
  return router
}

const listOf = (header: string | undefined, separator: string) =>
  (header ?? '').split(separator).filter((each) => each.trim() !== '')
