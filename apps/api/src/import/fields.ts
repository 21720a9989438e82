import { mongo } from 'mongoose'

export const fieldNames = [
  'email',
  'username',
  'emailVerified',
  'role',
  'disabled',
  'createdAt',
  'passwordHash',
  'passwordSalt',
  'passwordIterations',
] as const
export type FieldName = (typeof fieldNames)[number]
/** What an entry says, as it stands there. */
export type Fields = Partial<Record<FieldName, unknown>>

/** By what other systems call them, without case and signs, the best first. A minus: it says the opposite. */
const usualNames: Record<FieldName, string[]> = {
  email: ['email', 'emailaddress', 'mail'],
  username: ['username', 'login'],
  emailVerified: ['emailverified', 'emailverifiedat', 'confirmedat', 'verified'],
  role: ['role', 'roles'],
  disabled: ['disabled', 'disabledat', 'blocked', '-isactive', '-enabled'],
  createdAt: ['createdat', 'createdtimestamp', 'datejoined', 'created'],
  passwordHash: ['passwordhash', 'encryptedpassword', 'hashedpassword', 'password', 'credentials'],
  passwordSalt: ['passwordsalt', 'salt'],
  passwordIterations: ['passworditerations'],
}

/** `--map` cannot be understood. */
export class MapError extends Error {
  override readonly name = 'MapError'
}

export type FieldReader = ReturnType<typeof createFieldReader>

/** Finds the fields of an entry. `maps` are like `email=mail,username=login`. Throws MapError. */
export function createFieldReader(maps: readonly string[]) {
  const mapped = readMaps(maps)
  const byName = new Map<string, { field: FieldName; rank: number; opposite: boolean } | null>()

  return {
    /** A name that is mapped and that no column has. Undefined: none. */
    missing: (columns: readonly string[]): string | undefined =>
      [...mapped.values()].find((path) => path !== '' && !columns.includes(path)),

    /** Whether any column is for a field. */
    knows: (field: FieldName, columns: readonly string[]): boolean =>
      mapped.get(field) ? true : !mapped.has(field) && columns.some((name) => knownAs(name)?.field === field),

    read(record: Record<string, unknown>): Fields {
      const fields: Fields = {}
      const ranks: Partial<Record<FieldName, number>> = {}
      for (const [name, value] of Object.entries(record)) {
        const known = knownAs(name)
        if (!known || textOf(value) === '') continue
        const said = known.opposite ? oppositeOf(value) : value
        const rank = known.field === 'disabled' ? disablingRank(said) : known.rank
        if (rank >= (ranks[known.field] ?? Number.POSITIVE_INFINITY)) continue
        ranks[known.field] = rank
        fields[known.field] = said
      }
      for (const [field, path] of mapped) fields[field] = path === '' ? undefined : valueAt(record, path)
      return fields
    },
  }

  function knownAs(name: string) {
    const before = byName.get(name)
    if (before !== undefined) return before
    const found = usual.get(name.toLowerCase().replace(/[^a-z0-9]/g, '')) ?? null
    // What a file calls its columns are a few names; what somebody may put there are many.
    if (byName.size < 1000) byName.set(name, found)
    return found
  }
}

const usual = new Map(
  fieldNames.flatMap((field) =>
    usualNames[field].map((name, rank) => [
      name.replace('-', ''),
      { field, rank, opposite: name.startsWith('-') },
    ]),
  ),
)

function readMaps(maps: readonly string[]): Map<FieldName, string> {
  const mapped = new Map<FieldName, string>()
  for (const pair of maps.flatMap((each) => each.split(','))) {
    const at = pair.indexOf('=')
    const field = fieldNames.find((name) => name === pair.slice(0, at).trim())
    if (at < 0 || !field)
      throw new MapError(`--map is like email=mail, with ${fieldNames.join(', ')} before the =, not ${pair}.`)
    mapped.set(field, pair.slice(at + 1).trim())
  }
  return mapped
}

/** `services.password.bcrypt` and `emails.0.address` lead into objects and arrays, unless a name has the dots. */
function valueAt(record: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path]
  let value: unknown = record
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

const oppositeOf = (value: unknown): unknown => {
  const said = truthOf(value)
  return typeof said === 'boolean' ? !said : value
}

/** Whoever any column keeps out is kept out; what cannot be read comes before what lets them in. */
function disablingRank(value: unknown): number {
  const said = truthOf(value)
  if (said === false) return 2
  return said || dateOf(value) ? 0 : 1
}

/**
 * What an entry says, as text. Empty: nothing, in the words of a database as well. An object that stands for no single value
 * comes out as what no field takes: one from a file may even forbid to be made a text.
 */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'object' && !(value instanceof Date) && !isNumber(value)) return '[object]'
  const text = String(value).trim()
  return text === 'NULL' || text === '\\N' ? '' : text
}

const isNumber = (value: object): boolean =>
  [mongo.Long, mongo.Decimal128, mongo.Double, mongo.Int32].some((type) => value instanceof type)

/** What stands for yes and no. Null: nothing is said; undefined: it is neither. */
export function truthOf(value: unknown): boolean | null | undefined {
  const text = textOf(value).toLowerCase()
  if (text === '') return null
  if (['true', 't', 'yes', 'y', '1'].includes(text)) return true
  return ['false', 'f', 'no', 'n', '0'].includes(text) ? false : undefined
}

const latestMs = 8.64e15
/** In 1973: no account anywhere is older, but zeros and small numbers come out as earlier times. */
const earliestMs = 1e11

/**
 * ISO 8601, the form of SQL (in UTC, unless it says otherwise), a day in eight digits, seconds or milliseconds since 1970.
 * Undefined: none, one that no calendar has, or one before 1973.
 */
export function dateOf(value: unknown): Date | undefined {
  const ms = value instanceof Date ? value.getTime() : msOf(textOf(value))
  return ms >= earliestMs && ms <= latestMs ? new Date(ms) : undefined
}

/** NaN: it is no time. */
function msOf(text: string): number {
  if (/^\d{8}$/.test(text)) return dayMs(text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'))
  // Seconds until the year 5138, milliseconds since 1973.
  if (/^\d{1,16}$/.test(text)) return Number(text) < earliestMs ? Number(text) * 1000 : Number(text)
  const found =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text)
  if (!found) return Number.NaN
  const [, day = '', time = '00:00', zone = 'Z'] = found
  if (Number.isNaN(dayMs(day))) return Number.NaN
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  return Date.parse(`${day}T${time}${offset === 'UTC' ? 'Z' : offset}`)
}

/** NaN: no calendar has it. Node takes the 31st of February for a day in March. */
function dayMs(day: string): number {
  const ms = Date.parse(`${day}T00:00Z`)
  return new Date(ms).getUTCDate() === Number(day.slice(8)) ? ms : Number.NaN
}
