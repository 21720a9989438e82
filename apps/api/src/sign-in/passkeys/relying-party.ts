import { isIP } from 'node:net'
import { brand } from '@latchkey/brand'
import { AuthError } from '@latchkey/contracts/server'

/**
 * Whom passkeys are made for: a domain, and the origins whose pages may use them (WebAuthn Level 3 §4, Relying
 * Party).
 */
export interface RelyingParty {
  id: string
  name: string
  origins: string[]
}

export interface RelyingPartySettings {
  /** Undefined: the host of the public address. */
  rpId: string | undefined
  /** Origins beside the public one. */
  origins: readonly string[]
  publicUrl: string | undefined
  clientOrigins: readonly string[]
}

/** Finds out whom a request's passkeys are for, by the `Host` it was sent to. */
export type RelyingPartyOf = (host: string | undefined) => RelyingParty | null

const { name } = brand

/**
 * By the settings, or the host of PUBLIC_URL. Without either only `localhost` will do, under which everybody has
 * their own machine: the header is the sender's to choose.
 */
export function createRelyingParty({
  rpId,
  origins,
  publicUrl,
  clientOrigins,
}: RelyingPartySettings): RelyingPartyOf {
  const id = rpId ?? (publicUrl && hostOf(publicUrl))
  if (id) {
    const known = { id, name, origins: [...new Set([...(publicUrl ? [publicUrl] : []), ...origins])] }
    return () => (isIP(id.replace(/^\[|\]$/g, '')) ? null : known)
  }
  return (host) => {
    const hostname = host && URL.canParse(`http://${host}`) ? hostOf(`http://${host}`) : ''
    if (!/^(?:.+\.)?localhost$/.test(hostname)) return null
    const pages = clientOrigins.filter((origin) => URL.canParse(origin) && hostOf(origin) === hostname)
    return { id: hostname, name, origins: [`http://${host}`, ...pages] }
  }
}

/** Throws AuthError `passkeys_unavailable` where the address allows no passkeys. */
export function present(relyingParty: RelyingParty | null): RelyingParty {
  if (!relyingParty) throw new AuthError('passkeys_unavailable')
  return relyingParty
}

const hostOf = (url: string) => new URL(url).hostname
