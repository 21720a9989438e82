import type { AccessTokenClaims, BodyOf, Passkey, Role, routes } from '@latchkey/contracts'
import { passkeyLimit } from '@latchkey/contracts'
import { AuthError, type Clock } from '@latchkey/contracts/server'
import { type Device, deviceName } from '@latchkey/sessions'
import type { SecurityEvents } from '../../events/security-events.ts'
import type { Accounts } from '../../users/accounts.ts'
import type { StoredPasskey } from '../../users/user.model.ts'
import { passkeyView, type UserPasskeys } from '../../users/user-passkeys.ts'
import { type Challenges, challengeLifetimeSeconds } from './challenges.ts'
import { defaultName } from './passkey-providers.ts'
import type { RelyingParty } from './relying-party.ts'
import { algorithms, clientDataOf, verifyNew } from './webauthn.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'removePassword' | 'refusal'>
  userPasskeys: UserPasskeys
  challenges: Challenges
  events: SecurityEvents
  clock: Clock
  /** Whether a passkey may be made without asking, after a sign-in by password. */
  upgrade: boolean
  /** Whether somebody with these roles has to have a second factor. */
  isFactorRequired: (roles: readonly Role[]) => boolean
}

type Claims = Pick<AccessTokenClaims, 'sub' | 'sid' | 'amr' | 'roles'>

export type Passkeys = ReturnType<typeof createPasskeys>

/**
 * What people do to their own passkeys. Each change throws AuthError `access_token_revoked` when their session has ended
 * meanwhile, and changes nothing.
 */
export function createPasskeys({
  accounts,
  userPasskeys,
  challenges,
  events,
  clock,
  upgrade,
  isFactorRequired,
}: Collaborators) {
  return {
    list: userPasskeys.list,

    /**
     * What a browser makes a passkey from. Throws AuthError `too_many_passkeys`, or `forbidden` where nobody signed in by
     * password whom a passkey could be made for without asking.
     */
    async options({ sub, sid, amr }: Claims, relyingParty: RelyingParty, unattended: boolean) {
      if (unattended && !(upgrade && amr.includes('pwd'))) throw new AuthError('forbidden')
      const user = await userPasskeys.withHandle(sub)
      if (!user) throw new AuthError('access_token_revoked')
      const own = user.passkeys
      if (own.length >= passkeyLimit) throw new AuthError('too_many_passkeys')
      const purpose = unattended ? 'upgrade' : 'register'
      const challenge = await challenges.make(purpose, { userId: sub, sessionId: sid })
      return {
        challenge,
        rp: { id: relyingParty.id, name: relyingParty.name },
        // The handle is all that is kept beside the key; the names are for the person who chooses.
        user: { id: user.webauthnId, name: user.username, displayName: user.username },
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: own.map(descriptorOf),
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: unattended ? 'preferred' : 'required',
        },
        attestation: 'none',
        extensions: { credProps: true },
        timeout: challengeLifetimeSeconds * 1000,
      }
    },

    /** Throws AuthError `passkey_challenge_invalid`, `passkey_invalid`, `passkey_taken` or `too_many_passkeys`. */
    async add(
      { sub, sid }: Claims,
      { credential, name }: BodyOf<typeof routes.addPasskey>,
      { relyingParty, device }: { relyingParty: RelyingParty; device: Device },
    ): Promise<Passkey> {
      const { challenge } = clientDataOf(credential)
      const asker = { userId: sub, sessionId: sid }
      const purpose = await challenges.use(challenge, ['register', 'upgrade'], asker)
      const made = await verifyNew(credential, {
        challenge,
        relyingParty,
        unattended: purpose === 'upgrade',
      })
      const passkey: StoredPasskey = {
        ...made,
        name: name ?? defaultName(made.aaguid, deviceName(device.userAgent)),
        createdAt: clock.now(),
        lastUsedAt: null,
      }
      const outcome = await userPasskeys.add(asker, passkey)
      if (outcome !== 'added') throw new AuthError(refusals[outcome])
      await events.record({ kind: 'passkey_added', userId: sub, sessionId: sid, device })
      return passkeyView(passkey)
    },

    /** Throws AuthError `not_found`. */
    async rename({ sub, sid }: Claims, id: string, name: string): Promise<Passkey> {
      const renamed = await userPasskeys.rename({ userId: sub, sessionId: sid }, id, name)
      if (!renamed) throw await accounts.refusal({ sub, sid }, 'not_found')
      return renamed
    },

    /** Throws AuthError `not_found`, `last_way_in`, or `factor_required` for the last factor of who has to have one. */
    async remove({ sub, sid, roles }: Claims, id: string, device: Device): Promise<void> {
      const isRequired = isFactorRequired(roles)
      const asker = { userId: sub, sessionId: sid }
      const outcome = await userPasskeys.remove(asker, id, { isFactorRequired: isRequired })
      const kept = isRequired ? 'factor_required' : 'last_way_in'
      if (outcome !== 'removed')
        throw await accounts.refusal({ sub, sid }, outcome === 'last' ? kept : 'not_found')
      await events.record({ kind: 'passkey_removed', userId: sub, sessionId: sid, device })
    },

    /**
     * Leaves passkeys as the only way in. The way back is a link to the address of the account, so it has to be proved.
     * Throws AuthError `last_way_in`, `email_not_verified`, or `not_found` where there is no password.
     */
    async removePassword({ sub, sid }: Claims, device: Device): Promise<void> {
      if (!(await accounts.removePassword(sub, sid))) {
        const { password, passkey } = await userPasskeys.waysIn(sub)
        const kept = passkey ? 'email_not_verified' : 'last_way_in'
        throw await accounts.refusal({ sub, sid }, password ? kept : 'not_found')
      }
      await events.record({ kind: 'password_removed', userId: sub, sessionId: sid, device })
    },
  }
}

const refusals = {
  taken: 'passkey_taken',
  full: 'too_many_passkeys',
  gone: 'access_token_revoked',
} as const

/** How a browser finds a passkey again. */
export const descriptorOf = ({ id, transports }: StoredPasskey) => ({
  type: 'public-key',
  id,
  ...(transports.length > 0 && { transports }),
})
