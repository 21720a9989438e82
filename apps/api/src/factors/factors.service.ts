import type {
  ActivityKind,
  AuthenticationContext,
  FactorMethod,
  Factors,
  Role,
  TotpEnrolment,
} from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { Device } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import type { Accounts } from '../users/accounts.ts'
import type { UserIdentity } from '../users/user-identity.ts'
import type { FactorOwner, FactorStore } from './factor-store.ts'
import { codesLeft } from './recovery-codes.ts'
import { refuseWeak } from './second-steps.ts'
import { enrolmentOf } from './totp.ts'

/** With so many left, their owner is told to make new ones. */
const fewCodes = 3
/** So many wrong codes by whoever knows the password are worth telling the owner. */
export const failureBurst = 5

interface Collaborators {
  accounts: Pick<Accounts, 'refusal'>
  factorStore: FactorStore
  events: SecurityEvents
  /** What an app shows above its codes: whose they are. */
  issuer: string
  /** Roles whose owners have to have a second factor. */
  requiredFor: readonly Role[]
}

/** Who is signed in, and from where. */
export interface FactorChange {
  claims: {
    sub: string
    sid: string
    username: string
    roles: readonly Role[]
    acr: AuthenticationContext
  }
  device: Device
}

/** Somebody shows a second factor. */
export interface ShownFactor {
  method: FactorMethod
  code: string
}

/** Somebody who has to set up a factor before they are signed in. */
type Enroller = Pick<UserIdentity, '_id' | 'username'>

interface EnrolledAtSignIn {
  /** Null: none was asked for yet. */
  secret: string | null
  code: string
  condition: object
  device: Device
}

interface Where {
  device: Device
  /** Null: none is open yet. */
  sessionId: string | null
  /** Wrong codes lately, this one included. */
  failures: number
  /** What must still hold of the account. */
  condition: object
}

export type FactorService = ReturnType<typeof createFactorService>

/**
 * Second factors: setting them up, showing them, and what their owner is told. What somebody who is signed in asks
 * for throws AuthError `access_token_revoked` when their session has ended meanwhile, and changes nothing.
 */
export function createFactorService({ accounts, factorStore, events, issuer, requiredFor }: Collaborators) {
  const isRequired = (roles: readonly Role[]) => roles.some((role) => requiredFor.includes(role))

  return {
    isRequired,

    async list({ sub, roles }: Pick<FactorChange['claims'], 'sub' | 'roles'>): Promise<Factors> {
      const { totp, recoveryCodes } = await owner(sub)
      return {
        totp: totp ? { confirmedAt: totp.confirmedAt.toISOString() } : null,
        recoveryCodesLeft: codesLeft(recoveryCodes),
        required: isRequired(roles),
      }
    },

    async enrolTotp(claims: FactorChange['claims']): Promise<TotpEnrolment> {
      await changing(claims)
      const { sub, sid, username } = claims
      const secret = await factorStore.begin(sub, sid)
      if (!secret) throw new AuthError('access_token_revoked')
      return enrolmentOf(secret, { issuer, label: username })
    },

    /** A secret that is kept with a sign-in until it counts. */
    newSealedSecret: ({ _id }: Enroller): string => factorStore.newSealedSecret(_id),

    /** What an app needs to know of such a secret. */
    enrolment: ({ _id, username }: Enroller, sealed: string): TotpEnrolment =>
      enrolmentOf(factorStore.openSecret(_id, sealed), { issuer, label: username }),

    /** Switches such an app on. New recovery codes. Throws AuthError `factor_invalid`. */
    async enable(
      { _id }: Enroller,
      { secret, code, condition, device }: EnrolledAtSignIn,
    ): Promise<string[]> {
      const codes = secret && (await factorStore.enable(_id.toHexString(), secret, code, condition))
      if (!codes) throw new AuthError('factor_invalid')
      await events.record({ kind: 'totp_enabled', userId: _id, sessionId: null, device })
      return codes
    },

    /** New recovery codes. Throws AuthError `factor_invalid`. */
    async confirmTotp({ claims, device }: FactorChange, code: string): Promise<string[]> {
      const codes = await factorStore.confirm(await changing(claims), claims.sid, code)
      if (!codes) throw await accounts.refusal(claims, 'factor_invalid')
      await record('totp_enabled', { claims, device })
      return codes
    },

    /** Throws AuthError `factor_required` where one has to have it, `not_found` where there is none. */
    async removeTotp({ claims, device }: FactorChange): Promise<void> {
      if (isRequired(claims.roles)) throw new AuthError('factor_required')
      const isRemoved = await factorStore.removeTotp(await changing(claims), claims.sid)
      if (!isRemoved) throw await accounts.refusal(claims, 'not_found')
      await record('totp_disabled', { claims, device })
    },

    /**
     * Throws AuthError `factor_required` where there is none that they would stand in for, or they have changed at
     * the same time.
     */
    async renewRecoveryCodes({ claims, device }: FactorChange): Promise<string[]> {
      const codes = await factorStore.renewRecoveryCodes(await changing(claims), claims.sid)
      if (!codes) throw await accounts.refusal(claims, 'factor_required')
      await record('recovery_codes_renewed', { claims, device })
      return codes
    },

    /**
     * Uses a code up. Throws AuthError `factor_invalid` when it is not right, not any more, or its account has
     * changed since it was read.
     */
    async show(user: FactorOwner, { method, code }: ShownFactor, where: Where): Promise<void> {
      const { failures, condition, ...from } = where
      const record = (kind: ActivityKind) => events.record({ kind, userId: user._id, ...from })
      const accepted = await factorStore.accept(user, method, code, condition)
      if (!accepted) {
        await record('factor_failed')
        if (failures === failureBurst) await record('failed_factors')
        throw new AuthError('factor_invalid')
      }
      if (accepted.cancelledReset) await record('factors_reset_cancelled')
      if (method === 'recovery_code')
        await record(
          codesLeft(user.recoveryCodes) - 1 <= fewCodes ? 'recovery_codes_low' : 'recovery_code_used',
        )
    },
  }

  /** An account whose factors are about to change. Throws AuthError `step_up_required`. */
  async function changing({ sub, acr, roles }: FactorChange['claims']): Promise<FactorOwner> {
    const user = await owner(sub)
    refuseWeak(user, { acr, isRequired: isRequired(roles) })
    return user
  }

  /** Throws AuthError `access_token_revoked` when the account is gone. */
  async function owner(userId: string): Promise<FactorOwner> {
    const user = await factorStore.read(userId)
    if (!user) throw new AuthError('access_token_revoked')
    return user
  }

  function record(kind: ActivityKind, { claims: { sub, sid }, device }: FactorChange): Promise<void> {
    return events.record({ kind, userId: sub, sessionId: sid, device })
  }
}
