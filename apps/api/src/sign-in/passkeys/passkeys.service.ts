import type { AccessTokenClaims, BodyOf, ErrorCode, Passkey, Role, routes } from '@latchkey/contracts'
import { passkeyLimit } from '@latchkey/contracts'
import { AuthError, type Clock } from '@latchkey/contracts/server'
import { type Device, deviceName } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { SecurityEvents } from '../../events/security-events.ts'
import { refuseWeak } from '../../factors/second-steps.ts'
import type { Accounts } from '../../users/accounts.ts'
import type { StoredPasskey } from '../../users/user.model.ts'
import { passkeyView, type UserPasskeys } from '../../users/user-passkeys.ts'
import type { PasswordService } from '../password.service.ts'
import { type Challenges, challengeLifetimeSeconds } from './challenges.ts'
import { defaultName } from './passkey-providers.ts'
import type { RelyingParty } from './relying-party.ts'
import { algorithms, clientDataOf, verifyNew } from './webauthn.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'credentials' | 'removePassword' | 'refusal'>
  passwordService: Pick<PasswordService, 'endLinksToNewAddress'>
  userPasskeys: UserPasskeys
  challenges: Challenges
  events: SecurityEvents
  clock: Clock
  /** Whether a passkey may be made without asking, after a sign-in by password. */
  upgrade: boolean
  /** Whether somebody with these roles has to have a second factor. */
  isFactorRequired: (roles: readonly Role[]) => boolean
}

type Claims = Pick<AccessTokenClaims, 'sub' | 'sid' | 'acr' | 'amr' | 'roles'>

export type Passkeys = ReturnType<typeof createPasskeys>

/**
 * What people do to their own passkeys. Each change throws AuthError `access_token_revoked` when their session has ended
 * meanwhile, `step_up_required` when it has shown less than a sign-in would be asked for, and changes nothing.
 */
export function createPasskeys({
  accounts,
  passwordService,
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
    async options(claims: Claims, relyingParty: RelyingParty, unattended: boolean) {
      const { sub, sid, amr } = claims
      if (unattended && !(upgrade && amr.includes('pwd'))) throw new AuthError('forbidden')
      await changing(claims)
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
      claims: Claims,
      { credential, name }: BodyOf<typeof routes.addPasskey>,
      { relyingParty, device }: { relyingParty: RelyingParty; device: Device },
    ): Promise<Passkey> {
      const { sub, sid } = claims
      // First, so that the challenge is still good once more was shown.
      const asker = await changing(claims)
      const { challenge } = clientDataOf(credential)
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
      if (outcome === 'gone') throw await refusal(claims, 'access_token_revoked')
      if (outcome !== 'added') throw new AuthError(refusals[outcome])
      await events.record({ kind: 'passkey_added', userId: sub, sessionId: sid, device })
      return passkeyView(passkey)
    },

    /** Throws AuthError `not_found`. */
    async rename(claims: Claims, id: string, name: string): Promise<Passkey> {
      const renamed = await userPasskeys.rename(await changing(claims), id, name)
      if (!renamed) throw await refusal(claims, 'not_found')
      return renamed
    },

    /** Throws AuthError `not_found`, `last_way_in`, or `factor_required` for the last factor of who has to have one. */
    async remove(claims: Claims, id: string, device: Device): Promise<void> {
      const { sub, sid, roles } = claims
      const isRequired = isFactorRequired(roles)
      const outcome = await userPasskeys.remove(await changing(claims), id, { isFactorRequired: isRequired })
      const kept = isRequired ? 'factor_required' : 'last_way_in'
      if (outcome !== 'removed') throw await refusal(claims, outcome === 'last' ? kept : 'not_found')
      await events.record({ kind: 'passkey_removed', userId: sub, sessionId: sid, device })
    },

    /**
     * Leaves passkeys as the only way in. The way back is a link to the address of the account, so it has to be proved.
     * Throws AuthError `last_way_in`, `email_not_verified`, or `not_found` where there is no password.
     */
    async removePassword(claims: Claims, device: Device): Promise<void> {
      const { sub, sid } = claims
      const { condition } = await changing(claims)
      if (!(await accounts.removePassword(sub, sid, condition))) {
        const { password, passkey } = await userPasskeys.waysIn(sub)
        const kept = passkey ? 'email_not_verified' : 'last_way_in'
        throw await refusal(claims, password ? kept : 'not_found')
      }
      await events.record({ kind: 'password_removed', userId: sub, sessionId: sid, device })
      await passwordService.endLinksToNewAddress(new Types.ObjectId(sub))
    },
  }

  /** Somebody who has shown enough to change what opens their account. */
  async function changing({ sub, sid, acr, roles }: Claims) {
    const user = await accounts.credentials(sub)
    if (!user) throw new AuthError('access_token_revoked')
    const condition = refuseWeak(user, { acr, isRequired: isFactorRequired(roles) })
    return { userId: sub, sessionId: sid, condition }
  }

  /** Why nothing was changed: more may have to be shown by now. */
  async function refusal(claims: Claims, otherwise: ErrorCode): Promise<AuthError> {
    await changing(claims)
    return await accounts.refusal(claims, otherwise)
  }
}

const refusals = {
  taken: 'passkey_taken',
  full: 'too_many_passkeys',
} as const

/** How a browser finds a passkey again. */
export const descriptorOf = ({ id, transports }: StoredPasskey) => ({
  type: 'public-key',
  id,
  ...(transports.length > 0 && { transports }),
})
