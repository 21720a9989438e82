import type { UserList as Answer, FindUsersQuery, UserFilter, UserSort } from '@latchkey/contracts'
import { type Clock, dateIn, idIn, textIn } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import { readUser, type StoredUser } from '../users/read-user.ts'
import { mayHold } from '../users/search-parts.ts'
import {
  areAdministrators,
  areDisabled,
  identifierKey,
  isEmail,
  type UserModel,
} from '../users/user.model.ts'
import { managed, managedFields, managedView } from './managed-user.ts'
import { comparePlaces, type Place, readCursor, writeCursor } from './user-cursor.ts'

const pageSize = 50
/** So many accounts are looked at for a search or a filter, and no more: they are sorted and counted here. */
const candidateLimit = 1000

type SortField = 'createdAt' | 'usernameKey' | 'lastSeenAt'
interface Order {
  field: SortField
  direction: 1 | -1
}

/** Accounts in order, from a place on; and whether there are more beyond them. */
interface Stretch {
  found: StoredUser[]
  hasMore: boolean
}

/** An index to read accounts from, and what it can be asked. */
interface Source {
  condition: object
  sort?: Record<string, 1 | -1>
}

const candidateFields = {
  usernameKey: 1,
  emailKey: 1,
  roles: 1,
  disabledAt: 1,
  emailVerifiedAt: 1,
  createdAt: 1,
  lastSeenAt: 1,
} as const

/** How the accounts of a filter are found, those of most interest first; and how one is known. */
const filters: Record<Exclude<UserFilter, 'all'>, Source & { holds: (user: StoredUser) => boolean }> = {
  administrators: {
    condition: areAdministrators,
    holds: ({ roles }) => Array.isArray(roles) && roles.includes('admin'),
  },
  disabled: {
    condition: areDisabled,
    sort: { disabledAt: -1 },
    holds: ({ disabledAt }) => dateIn(disabledAt) !== null,
  },
  unconfirmed: {
    condition: { emailVerifiedAt: null },
    sort: { createdAt: -1 },
    holds: ({ emailVerifiedAt }) => dateIn(emailVerifiedAt) === null,
  },
}

export type UserList = ReturnType<typeof createUserList>

/**
 * The list of all accounts, page by page. What it costs does not grow with their number: all of them are walked along an
 * index; of those that are searched or filtered, at most `candidateLimit` are looked at.
 */
export function createUserList({ users, clock }: { users: UserModel; clock: Clock }) {
  return {
    /** Throws AuthError `validation_failed` for a cursor that is none. */
    async find({ query, filter, sort, ...cursors }: FindUsersQuery): Promise<Answer> {
      const order = orderOf(sort)
      const kind = order.field === 'usernameKey' ? 'text' : 'date'
      const after = readCursor(cursors.after, 'after', kind)
      const before = readCursor(cursors.before, 'before', kind)
      const from = before ?? after
      const isBackwards = before !== null
      const text = query.normalize('NFC').toLowerCase()
      const isAll = text === '' && filter === 'all'
      const candidates = isAll ? null : await findCandidates(text, filter)
      const { found, hasMore } = candidates
        ? stretchOf(candidates, order, { from, isBackwards })
        : await walk(order, { from, isBackwards })
      const first = found[0]
      const last = found.at(-1)
      const hasNext = isBackwards || hasMore
      const hasPrevious = isBackwards ? hasMore : after !== null
      return {
        users: await shown(found),
        total: candidates
          ? { count: candidates.exact.length + candidates.others.length, isMore: candidates.isMore }
          : { count: await users.estimatedDocumentCount(), isMore: false },
        next: last && hasNext ? writeCursor(placeOf(last, order.field)) : null,
        previous: first && hasPrevious ? writeCursor(placeOf(first, order.field)) : null,
      }
    },
  }

  async function walk(
    { field, direction }: Order,
    { from, isBackwards }: { from: Place | null; isBackwards: boolean },
  ): Promise<Stretch> {
    const towards = isBackwards ? (-direction as 1 | -1) : direction
    // A username is nobody else's, and its index has nothing else.
    const sort = field === 'usernameKey' ? { [field]: towards } : { [field]: towards, _id: towards }
    const found: StoredUser[] = []
    // One after the other, because `$or` would not be read in order.
    for (const part of from ? beyond(from, field, towards) : [{}]) {
      const missing = pageSize + 1 - found.length
      if (missing === 0) break
      const query = users
        .find(part, { [field]: 1 })
        .sort(sort)
        .limit(missing)
      found.push(...(await query.lean<StoredUser[]>()))
    }
    const page = found.slice(0, pageSize).filter(isOurs)
    return { found: isBackwards ? page.reverse() : page, hasMore: found.length > pageSize }
  }

  async function findCandidates(text: string, filter: UserFilter): Promise<Candidates> {
    const known = filter === 'all' ? null : filters[filter]
    const sources: Source[] = [...(text ? [{ condition: mayHold(text) }] : []), ...(known ? [known] : [])]
    let read: StoredUser[] = []
    let isMore = true
    // One that was read to its end holds all that match the other, too.
    for (const { condition, sort = {} } of sources) {
      const query = users
        .find(condition, candidateFields)
        .sort(sort)
        .limit(candidateLimit + 1)
      const found = await query.lean<StoredUser[]>()
      if (found.length <= candidateLimit || read.length === 0) read = found.slice(0, candidateLimit)
      isMore = found.length > candidateLimit
      if (!isMore) break
    }
    const exact = text === '' ? null : await findExact(text)
    const holds = (user: StoredUser) => isOurs(user) && holdsText(user, text) && (known?.holds(user) ?? true)
    const others = read.filter((user) => String(user._id) !== String(exact?._id) && holds(user))
    return { exact: exact && holds(exact) ? [exact] : [], others, isMore }
  }

  function findExact(text: string): Promise<StoredUser | null> {
    const key = { [isEmail(text) ? 'emailKey' : 'usernameKey']: identifierKey(text) }
    return users.findOne(key, candidateFields).lean<StoredUser>()
  }

  async function shown(found: StoredUser[]): Promise<Answer['users']> {
    if (found.length === 0) return []
    const ids = found.map(({ _id }) => _id)
    const stored = await users.find({ _id: { $in: ids as Types.ObjectId[] } }, managed).lean<StoredUser[]>()
    const byId = new Map(stored.map((user) => [String(user._id), user]))
    const read = found.flatMap(({ _id }) => readUser(byId.get(String(_id)) ?? null, managedFields) ?? [])
    return read.map((user) => managedView(user, clock.now()))
  }
}

interface Candidates {
  /** Who has just that name or address. */
  exact: StoredUser[]
  others: StoredUser[]
  isMore: boolean
}

/** Somebody else's documents may stand beside ours, under ids of another kind. */
const isOurs = ({ _id }: StoredUser) => idIn(_id) !== null

const holdsText = ({ usernameKey, emailKey }: StoredUser, text: string) =>
  [usernameKey, emailKey].some((key) => textIn(key)?.includes(text)) ||
  textIn(emailKey) === identifierKey(text)

function orderOf(sort: UserSort): Order {
  const fields = { joined: 'createdAt', username: 'usernameKey', lastSeen: 'lastSeenAt' } as const
  const field = fields[sort.replace('-', '') as keyof typeof fields]
  return { field, direction: sort.startsWith('-') ? -1 : 1 }
}

/** What comes after a place, as conditions one after the other. Whoever has no value comes before everybody else. */
function beyond({ value, _id }: Place, field: SortField, direction: 1 | -1): object[] {
  const further = direction === 1 ? '$gt' : '$lt'
  const equal = { [field]: value, _id: { [further]: _id } }
  if (value !== null) {
    const without = direction === -1 ? [{ [field]: null }] : []
    return [...(field === 'usernameKey' ? [] : [equal]), { [field]: { [further]: value } }, ...without]
  }
  const lowest = field === 'usernameKey' ? '' : new Date(0)
  return direction === 1 ? [equal, { [field]: { $gte: lowest } }] : [equal]
}

/** The same of what is in memory: whoever was asked for by name, then all others in order. */
function stretchOf(
  { exact, others }: Candidates,
  { field, direction }: Order,
  { from, isBackwards }: { from: Place | null; isBackwards: boolean },
): Stretch {
  const compared = (a: Place, b: Place) => direction * comparePlaces(a, b)
  const ordered = others.toSorted((a, b) => compared(placeOf(a, field), placeOf(b, field)))
  const at = (user: StoredUser) => (from ? compared(placeOf(user, field), from) : 1)
  if (isBackwards) {
    const earlier = [...exact, ...ordered.filter((user) => at(user) < 0)]
    return { found: earlier.slice(-pageSize), hasMore: earlier.length > pageSize }
  }
  const later = [...(from ? [] : exact), ...ordered.filter((user) => at(user) > 0)]
  return { found: later.slice(0, pageSize), hasMore: later.length > pageSize }
}

function placeOf(user: StoredUser, field: SortField): Place {
  return { value: textIn(user[field]) ?? dateIn(user[field]), _id: user._id as Types.ObjectId }
}
