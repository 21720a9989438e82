import { cookieNames } from '@latchkey/contracts'
import type { SessionSettings } from '../settings.ts'

type Kind = keyof typeof cookieNames.bare

/**
 * The names under which cookies are set. On https they start with `__Host-` (RFC 6265bis §4.1.3.2), so that no other
 * host can set them.
 */
export function cookieNamesOf({ prefix, secure }: SessionSettings['cookie']): Record<Kind, string> {
  const before = `${secure ? cookieNames.hostPrefix : ''}${prefix}.`
  const { refreshToken, session, device } = cookieNames.bare
  return { refreshToken: before + refreshToken, session: before + session, device: before + device }
}

/**
 * Every name under which one of our cookies may come back: today's name, the name from a node with another prefix,
 * and the bare names of earlier versions. The name proves nothing: a cookie is ours only if its value is.
 */
export function readableNames(kind: Kind, secure: boolean): RegExp {
  return new RegExp(
    `^${secure ? cookieNames.hostPrefix : ''}(?:[A-Za-z0-9_-]{1,32}\\.)?${cookieNames.bare[kind]}$`,
  )
}
