import type { ActivityEvent, Explanation } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import type { Session } from '@latchkey/sessions'
import { explain, type History } from './explain.ts'

interface Collaborators {
  accounts: { credentials(userId: string): Promise<{ username: string; isDisabled: boolean } | null> }
  sessions: { stored(userId: string): Promise<Required<Session>[]> }
  events: { each(userId: string): AsyncIterable<ActivityEvent> }
  clock: Clock
  limits: History['limits']
}

/** Tells what happened to the sessions of an account, as far back as its events are kept. Null: there is none. */
export const createExplanations =
  ({ accounts, sessions, events, clock, limits }: Collaborators) =>
  async (userId: string): Promise<Explanation | null> => {
    const account = await accounts.credentials(userId)
    if (!account) return null
    const kept: ActivityEvent[] = []
    for await (const event of events.each(userId)) kept.push(event)
    const { username, isDisabled } = account
    const stored = await sessions.stored(userId)
    return explain({ username, isDisabled, events: kept, sessions: stored, now: clock.now(), limits })
  }
