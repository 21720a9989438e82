import { createHash, randomBytes } from 'node:crypto'
import { AuthError, addSeconds, type Clock, type Stored } from '@latchkey/contracts/server'
import {
  type ChallengeModel,
  type ChallengePurpose,
  type ChallengeRecord,
  readChallenge,
} from './challenge.model.ts'

export const challengeLifetimeSeconds = 300

/** Who asked for a challenge, and alone may answer it. */
export type Asker =
  | { userId: string; sessionId: string }
  /** A browser by the hash of its `device` cookie. Null: a client that keeps no cookies. */
  | { deviceIdHash: string | null }
  /** Such a browser in one sign-in, whose password was shown. */
  | { deviceIdHash: string | null; attemptId: string }

export type Challenges = ReturnType<typeof createChallenges>

/**
 * Challenges that passkeys sign (WebAuthn Level 3 §13.4.3): random, for one purpose and one asker, and used up by the
 * first answer.
 */
export function createChallenges({ model, clock }: { model: ChallengeModel; clock: Clock }) {
  return {
    /** 32 random bytes in base64url. They are returned once and stored as a hash. */
    async make(purpose: ChallengePurpose, asker: Asker): Promise<string> {
      const challenge = randomBytes(32).toString('base64url')
      const expiresAt = addSeconds(clock.now(), challengeLifetimeSeconds)
      await model.create({ _id: hash(challenge), purpose, boundTo: boundTo(asker), expiresAt })
      return challenge
    },

    /**
     * Uses a challenge up, whoever answers it: what was answered in the wrong place is no good in the right one either.
     * Returns what it was for. Throws AuthError `passkey_challenge_invalid`.
     */
    async use(challenge: string, purposes: ChallengePurpose[], asker: Asker): Promise<ChallengePurpose> {
      const stored = await model.findOneAndDelete({ _id: hash(challenge) }).lean<Stored<ChallengeRecord>>()
      const made = stored && readChallenge(stored)
      const isRight =
        made &&
        made.expiresAt > clock.now() &&
        made.boundTo === boundTo(asker) &&
        purposes.includes(made.purpose)
      if (!isRight) throw new AuthError('passkey_challenge_invalid')
      return made.purpose
    },
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

const boundTo = (asker: Asker) =>
  hash(
    'sessionId' in asker
      ? `session/${asker.userId}/${asker.sessionId}`
      : 'attemptId' in asker
        ? `attempt/${asker.attemptId}/${asker.deviceIdHash ?? ''}`
        : `browser/${asker.deviceIdHash ?? ''}`,
  )
