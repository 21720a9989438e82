import { createHash } from 'node:crypto'
import {
  type Complaint,
  complaintOf,
  EmailSchema,
  type Role,
  roles,
  UsernameSchema,
} from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import { Types } from 'mongoose'
import type { ImportedAccount } from '../users/imported-accounts.ts'
import { emailKey } from '../users/user.model.ts'
import type { BareReader } from './bare-hashes.ts'
import { dateOf, type Fields, textOf, truthOf } from './fields.ts'
import { costOf, passwordHashOf } from './hash-notations.ts'
import { type Refusal, refused } from './refusals.ts'
import { misleading, usernamesFrom } from './usernames.ts'

interface Rules {
  bare: BareReader | undefined
  allowAdmins: boolean
  /** The highest bcrypt cost that a hash may take as long as. */
  highestCost: number
  clock: Clock
}

/** Clocks differ. */
const aheadMs = 86_400_000

/** `email`: of an entry that has one. */
export type EntryRead = { account: ImportedAccount } | { refusal: Refusal; email?: string }

/** The account that an entry describes, by the rules of a registration; or why there is none. */
export function accountOf(line: number, fields: Fields, rules: Rules): EntryRead {
  const { bare, allowAdmins, highestCost } = rules
  const now = rules.clock.now()
  const isAhead = (time: unknown) => time instanceof Date && time.getTime() > now.getTime() + aheadMs
  const email = EmailSchema.safeParse(textOf(fields.email))
  if (!email.success) return { refusal: firstComplaint(email.error) }
  const no = (refusal: Refusal) => ({ refusal, email: email.data })
  const key = emailKey(email.data)
  const username = textOf(fields.username)
  const chosen = username === '' ? null : UsernameSchema.safeParse(username)
  if (chosen && !chosen.success) return no(firstComplaint(chosen.error))
  const passesFor = chosen && misleading(chosen.data)
  if (passesFor) return no(passesFor)
  const role = roleOf(fields.role)
  if (!role) return no(refused('role_unknown'))
  if (role === 'admin' && !allowAdmins) return no(refused('role_admin'))
  const isProved = saidOrDated(fields.emailVerified)
  if (isProved === undefined || isAhead(isProved)) return no(refused('verified_malformed'))
  const isDisabled = saidOrDated(fields.disabled)
  if (isDisabled === undefined) return no(refused('disabled_malformed'))
  const created = textOf(fields.createdAt) === '' ? null : dateOf(fields.createdAt)
  if (created === undefined || isAhead(created)) return no(refused('created_malformed'))
  const passwordHash = passwordHashOf(fields, bare)
  if (passwordHash !== null && typeof passwordHash === 'object') return no(passwordHash.refusal)
  const hashCost = costOf(passwordHash)
  if (hashCost > highestCost) return no(refused('hash_slow'))
  return {
    account: {
      _id: entryId(line, key),
      email: email.data,
      emailKey: key,
      usernames: chosen ? [chosen.data] : usernamesFrom(key),
      emailVerifiedAt: isProved instanceof Date ? isProved : isProved ? now : null,
      roles: role === 'admin' ? ['user', 'admin'] : ['user'],
      isDisabled: Boolean(isDisabled),
      createdAt: created,
      passwordHash,
      hashCost,
    },
  }
}

/**
 * The same whenever the same line of a file is read. They rise with the lines, so that an index takes them where it ends: at
 * random places a million would have it write most of its pages again and again.
 */
function entryId(line: number, key: string): Types.ObjectId {
  const id = createHash('sha256').update(`imported ${line} ${key}`).digest().subarray(0, 12)
  id.writeUInt32BE(line >>> 0)
  return new Types.ObjectId(id)
}

/** Yes, no, or since when. Undefined: neither. */
function saidOrDated(value: unknown): boolean | Date | undefined {
  const said = truthOf(value)
  return said === undefined ? dateOf(value) : (said ?? false)
}

/** Undefined: there is no such role. Several: the highest. */
function roleOf(value: unknown): Role | undefined {
  const texts = (Array.isArray(value) ? value : textOf(value).split(',')).map(textOf).filter(Boolean)
  if (texts.some((text) => !(roles as readonly string[]).includes(text))) return undefined
  return texts.includes('admin') ? 'admin' : 'user'
}

const firstComplaint = ({ issues }: { issues: Parameters<typeof complaintOf>[0][] }): Complaint =>
  complaintOf(issues[0] ?? { message: '' })
