import {
  type ActivityEvent,
  type ActivityKind,
  administratorName,
  type Explanation,
} from '@latchkey/contracts'
import { deviceName, type Session } from '@latchkey/sessions'

/** What is known of an account. */
export interface History {
  username: string
  isDisabled: boolean
  /** In any order. */
  events: readonly ActivityEvent[]
  /** As they are stored: also those that are over, and those whose browser lost its key. */
  sessions: readonly Required<Session>[]
  now: Date
  /** How long a session lives unused, and at all, in seconds; and how many an account has at most. */
  limits: { idleSeconds: number; longestSeconds: number; sessions: number }
}

type Step = Explanation['steps'][number]

/** A session as it is called in a sentence. */
interface Known {
  id: string
  name: string
  openedAt: Date
}

/** What an event says, and which sessions it ends: of those that were open, all or these. */
interface Told {
  says: string
  ends?: readonly string[]
  /** Ends all that are open but these. */
  endsAllBut?: readonly (string | null)[]
}

/** Tells from events and sessions what happened to the sessions of an account. */
export function explain(history: History): Explanation {
  const { username, isDisabled, sessions } = history
  const events = history.events.toSorted((a, b) => compare(a.at, b.at) || compare(a.id, b.id))
  const known = knownSessions(history)
  const steps: Step[] = []
  const open = new Set<string>()
  // Whatever an event says of all: these go on.
  const living = new Set(sessions.filter((each) => each.expiresAt > history.now).map(idOf))

  for (const event of events) {
    const told = tell(event, known, events)
    if (!told) continue
    if (opens[event.kind] && event.sessionId) open.add(event.sessionId)
    const goesOn = (id: string) => living.has(id) || isNamedLater(id, event, events)
    const ended = endedBy(told, open, goesOn)
    for (const id of ended) open.delete(id)
    const others = told.endsAllBut ? ended.map((id) => nameOf(known, id)) : []
    const which = others.length > 0 ? ` That ended ${listed(others)}.` : ''
    steps.push({ at: event.at, sentence: `${on(event.at)} ${told.says}.${which}`, ended })
  }
  for (const { id } of known.values()) if (living.has(id)) open.add(id)
  for (const session of sessions) open.add(idOf(session))
  steps.push(...silentEnds(history, known, open))
  steps.sort((a, b) => compare(a.at, b.at))
  return { steps, conclusion: concluded(steps, { username, isDisabled, living, known }) }
}

/** Events that a session begins with. */
const opens: Partial<Record<ActivityKind, true>> = {
  registered: true,
  signed_in: true,
  new_device: true,
  new_network: true,
}

/** Null: it has nothing to do with anybody's session. */
function tell(
  event: ActivityEvent,
  known: ReadonlyMap<string, Known>,
  all: readonly ActivityEvent[],
): Told | null {
  const { kind, sessionId, device, ip } = event
  const which = sessionId === null ? 'a session' : nameOf(known, sessionId)
  const from = device === administratorName ? 'by an administrator' : `from ${device} (${ip})`
  const own = sessionId === null ? [] : [sessionId]
  const tellers: Partial<Record<ActivityKind, () => Told>> = {
    registered: () => ({
      says: sessionId ? `the account was made, and ${which} began` : 'the account was made',
    }),
    signed_in: () => ({ says: `${which} began` }),
    new_device: () => ({ says: `${which} began, in a browser that was new to the account` }),
    new_network: () => ({
      says: `${which} began, in a known browser that was in a network it had not signed in from`,
    }),
    signed_out: () => ({
      says: signedInAgain(event, all)
        ? `${which} was ended, because its browser signed in again`
        : `${which} was ended, because somebody signed out there`,
      ends: own,
    }),
    session_revoked: () =>
      sessionId === null
        ? { says: `all sessions, or all others, were ended ${from}`, endsAllBut: [] }
        : { says: `${which} was ended ${from}`, ends: own },
    copied_session_refused: () => ({
      says: `the cookie of ${which} was used without its key, from ${device} (${ip}). Whoever did got nothing, and the session went on where its key is`,
    }),
    token_reused: () => ({
      says: `${which} was ended, because a token of it that had been used up came again, from ${device} (${ip}). It has no key, so it may have been copied; or its client refreshed twice`,
      ends: own,
    }),
    answered_elsewhere: () => ({
      says: `a refresh of ${which} was repeated from another network, ${ip}, and answered`,
    }),
    password_changed: () => ({
      says: `the password was changed from ${device} (${ip}), which ends all other sessions`,
      endsAllBut: [sessionId],
    }),
    password_reset: () => ({
      says: `the password was reset by mail from ${device} (${ip}), which ends all sessions`,
      endsAllBut: [],
    }),
    email_change_undone: () => ({
      says: 'a changed email address was put back from the old one, which ends all sessions',
      endsAllBut: [],
    }),
    account_disabled: () => ({
      says: `the account was disabled ${from}, which ends all sessions`,
      endsAllBut: [],
    }),
    account_enabled: () => ({ says: `the account was enabled again ${from}` }),
    roles_changed: () => ({
      says: `the roles of the account were changed ${from}; no session ended, each fetched a new access token`,
    }),
    failed_sign_ins: () => ({
      says: `many sign-ins failed in a row, the last from ${device} (${ip}); no session ended`,
    }),
  }
  return tellers[kind]?.() ?? null
}

function endedBy({ ends = [], endsAllBut }: Told, open: Set<string>, goesOn: (id: string) => boolean) {
  if (!endsAllBut) return [...ends]
  return [...open].filter((id) => !endsAllBut.includes(id) && !goesOn(id))
}

/** Whether something happened to a session after an event: then it was still there. */
const isNamedLater = (id: string, { at }: ActivityEvent, all: readonly ActivityEvent[]): boolean =>
  all.some((each) => each.sessionId === id && each.at > at)

/** Whether a session was ended by a sign-in that its browser had just made: then that comes first, by a moment. */
function signedInAgain(event: ActivityEvent, all: readonly ActivityEvent[]): boolean {
  const at = Date.parse(event.at)
  return all.some(
    (each) =>
      opens[each.kind] &&
      each.sessionId !== event.sessionId &&
      each.device === event.device &&
      each.ip === event.ip &&
      Math.abs(at - Date.parse(each.at)) <= 5000,
  )
}

/** Ends of which no event tells. */
function silentEnds(history: History, known: ReadonlyMap<string, Known>, open: ReadonlySet<string>): Step[] {
  const stored = new Map(history.sessions.map((each) => [idOf(each), each]))
  return [...open].flatMap((id) => {
    const session = stored.get(id)
    const found = known.get(id)
    if (!found) return []
    const end = session ? storedEnd(session, history) : vanished(found, history, known)
    if (!end) return []
    const at = end.at.toISOString()
    return [{ at, sentence: `${on(at)} ${found.name} ${end.says}.`, ended: [id] }]
  })
}

interface End {
  at: Date
  says: string
}

/** Null: it goes on. */
function storedEnd(session: Required<Session>, { sessions, now }: History): End | null {
  const { expiresAt, absoluteExpiresAt, rotatedAt, keyLostAt, deviceIdHash, createdAt } = session
  if (keyLostAt)
    return {
      at: keyLostAt,
      says: 'was refused, because its browser came without the key that it had kept: the data of the site was deleted there. It had to sign in again',
    }
  if (expiresAt <= now) {
    const isOld = expiresAt >= absoluteExpiresAt
    return {
      at: expiresAt,
      says: isOld
        ? `ended by its age, ${duration(expiresAt.getTime() - createdAt.getTime())} after it began`
        : `ended, because it had not been used for ${duration(expiresAt.getTime() - rotatedAt.getTime())}`,
    }
  }
  // A sign-in ends what its browser still holds.
  const next = sessions
    .filter((each) => deviceIdHash !== null && each.deviceIdHash === deviceIdHash)
    .filter((each) => each.createdAt > createdAt && !each._id.equals(session._id))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0]
  return (
    (next && {
      at: next.createdAt,
      says: 'was lost: its browser signed in again and no longer had the cookie, which it did not keep or somebody deleted. It is still open, and ends when it stays unused',
    }) ??
    null
  )
}

/** Of one that is not stored any more, though no event says that it was ended. */
function vanished({ id, openedAt }: Known, history: History, known: ReadonlyMap<string, Known>): End | null {
  const { limits, now } = history
  const after = (seconds: number) => new Date(openedAt.getTime() + seconds * 1000)
  const since = [...known.values()].filter((each) => each.id !== id && each.openedAt >= openedAt)
  const last = since.sort((a, b) => a.openedAt.getTime() - b.openedAt.getTime()).at(-1)
  if (last && since.length >= limits.sessions)
    return {
      at: last.openedAt,
      says: `made room at the latest then: an account has ${limits.sessions} sessions at most, and those not used for longest go first`,
    }
  if (after(limits.longestSeconds) <= now)
    return {
      at: after(limits.longestSeconds),
      says: `was over at the latest then: a session lasts ${duration(limits.longestSeconds * 1000)} at most`,
    }
  if (after(limits.idleSeconds) <= now)
    return {
      at: after(limits.idleSeconds),
      says: `could end from then on, and did: a session that is not used for ${duration(limits.idleSeconds * 1000)} ends by itself. No event says when`,
    }
  return {
    at: now,
    says: 'is not there any more, and no event says why: was the database put back to an earlier state',
  }
}

function concluded(
  steps: readonly Step[],
  {
    username,
    isDisabled,
    living,
    known,
  }: Pick<History, 'username' | 'isDisabled'> & {
    living: ReadonlySet<string>
    known: ReadonlyMap<string, Known>
  },
): string {
  const last = steps.findLast(({ ended }) => ended.length > 0)
  const lost = new Set(steps.flatMap(({ ended }) => ended))
  const goOn = [...living].filter((id) => !lost.has(id)).map((id) => nameOf(known, id))
  const state = isDisabled
    ? `The account of ${username} is disabled, so nobody can sign in to it.`
    : goOn.length > 0
      ? `${username} is signed in now: ${listed(goOn)}.`
      : `${username} is signed in nowhere now.`
  const why = last
    ? `The last that ended: ${last.sentence.charAt(0).toLowerCase()}${last.sentence.slice(1)}`
    : 'No session ended. Whoever had to sign in all the same sent no cookie: it was deleted, it was another browser or a private window, or the refresh secret was changed and the former one not kept.'
  return `${state} ${why}`
}

/** Every session that an event or the account names, under its name. */
function knownSessions({ events, sessions }: History): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const { kind, sessionId, device, ip, at } of events)
    if (opens[kind] && sessionId !== null)
      known.set(sessionId, {
        id: sessionId,
        name: `the session ${device} (${ip})`,
        openedAt: new Date(at),
      })
  for (const session of sessions) {
    const { name, userAgent, ip, createdAt } = session
    const device = deviceName(userAgent)
    known.set(idOf(session), {
      id: idOf(session),
      name: name === null ? `the session ${device} (${ip})` : `the session “${name}” (${device}, ${ip})`,
      openedAt: createdAt,
    })
  }
  return known
}

const idOf = ({ _id }: Pick<Session, '_id'>) => _id.toHexString()

const nameOf = (known: ReadonlyMap<string, Known>, id: string) =>
  known.get(id)?.name ?? `the session ${id}, of whose beginning nothing is known any more,`

const listed = (names: readonly string[]) => new Intl.ListFormat('en').format(names)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** "On 27 Nov 2026 at 20:14 UTC". */
function on(at: string): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(new Date(at))
  const day = part({ day: 'numeric', month: 'short', year: 'numeric' })
  return `On ${day} at ${part({ hour: '2-digit', minute: '2-digit' })} UTC`
}

/** In the largest unit that it is a whole number of: "7 days", "90 minutes". */
function duration(ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ] as const
  const [size, unit] = units.find(([size]) => ms >= size && ms % size === 0) ?? ([1000, 'second'] as const)
  const number = Math.round(ms / size)
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
