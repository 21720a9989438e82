import type { StepUpDemand } from '@latchkey/contracts'
import type { AuthLog } from './log.ts'
import type { Answer } from './refused-token.ts'

export type { StepUpDemand }

/**
 * Lets a person confirm who they are, by `AuthClient.reauthenticate`. Resolves when they have; rejects when they would
 * rather not.
 */
export type AskForStepUp = (demand: StepUpDemand) => Promise<unknown>

export interface StepUp {
  /** Who is asked from now on. Returns a function that ends it. */
  onStepUp(ask: AskForStepUp): () => void
  /** One question for all who wait. False: it was declined, or there is nobody to ask. */
  confirmed(demand: StepUpDemand): Promise<boolean>
}

export function createStepUp(log: AuthLog): StepUp {
  let asked: AskForStepUp | null = null
  let underWay: { demand: StepUpDemand; answer: Promise<boolean> } | null = null

  function confirmed(demand: StepUpDemand): Promise<boolean> {
    if (underWay && covers(underWay.demand, demand)) return underWay.answer
    if (!asked) return Promise.resolve(false)
    log.add('notice', 'The server wants to know again who this is.')
    // Something stronger waits until the weaker question is answered.
    const answer = (underWay?.answer ?? Promise.resolve(true))
      .then(() => asked?.(demand) ?? Promise.reject())
      .then(
        () => true,
        () => false,
      )
    const started = { demand, answer }
    underWay = started
    void answer.then(() => {
      if (underWay === started) underWay = null
    })
    return answer
  }

  return {
    confirmed,
    onStepUp(ask) {
      asked = ask
      return () => {
        if (asked === ask) asked = null
      }
    },
  }
}

/** Confirming makes a sign-in as fresh as can be, so only its strength may be too little. */
const covers = (asked: StepUpDemand, wanted: StepUpDemand) => asked.acr === 'mfa' || wanted.acr !== 'mfa'

/**
 * What a 401 asks of the sign-in behind a token that is good (RFC 9470 §3); null where that is not what it is about. By the
 * header, so that servers need not speak our problem documents.
 */
export function stepUpDemandOf(answer: Answer | null): StepUpDemand | null {
  const challenge: unknown = answer?.status === 401 && answer.headers['www-authenticate']
  if (typeof challenge !== 'string' || !challenge.includes('insufficient_user_authentication')) return null
  const maxAge = /\bmax_age="?(\d+)/.exec(challenge)?.[1]
  const isStrong = /\bacr_values="?(?:[^"]* )?mfa\b/.test(challenge)
  return { ...(maxAge && { maxAgeSeconds: Number(maxAge) }), ...(isStrong && { acr: 'mfa' }) }
}
