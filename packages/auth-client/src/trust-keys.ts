import type { User } from '@latchkey/contracts'
import type { ClientEnvironment } from './environment.ts'
import { headerNames } from './header-names.ts'
import { type StoredKey, trustPrefix } from './key-store.ts'
import type { AuthLog } from './log.ts'
import { ownPaths } from './own-paths.ts'
import { keyedHash, makeSessionKey, refreshKey, refreshLock } from './refresh-lock.ts'
import { slowStore, storeLimitMs } from './session-keys.ts'
import { withinTime } from './within-time.ts'

/** One sign-in of a browser that is trusted, or is to be. */
export interface TrustTurn {
  headers: Record<string, string>
  /** The names of the keys that it shows. */
  shown: string[]
  /** The key that the next one shows. */
  made: { id: string; key: CryptoKey }
}

export interface TrustKeys {
  /** Before a sign-in is sent. Null: it has nothing to show and asks for no trust, or the browser keeps no keys. */
  begin(path: string, body: unknown, isBound: boolean): Promise<TrustTurn | null>
  /** The sign-in opened a session. */
  opened(turn: TrustTurn, user: User): Promise<void>
  /** A second factor is asked for, with this ticket: the keys that were shown count no more. */
  asked(turn: TrustTurn | null, body: unknown, ticket: string): Promise<void>
  /** The sign-in was refused: its new key opens nothing. */
  refused(turn: TrustTurn): Promise<void>
  /** Whether the browser kept the key of the sign-in that was begun last. */
  isPossible(): boolean
}

/** As many as a server looks at. */
const shownKeys = 4
/** The most that are kept, of all accounts together. */
const keptKeys = 16

/**
 * The keys by which a browser shows an account that it is trusted; each is for one sign-in (docs/sign-in.md).
 *
 * The next key is stored before the sign-in is sent. Where the answer is lost, nobody here knows whether the server
 * counts the old key or the new one, so the next sign-in shows both. Several people may share a browser: whose a key
 * is says its name, by a hash that only the key itself can make.
 */
export function createTrustKeys({
  subtle,
  keyStore,
  clock,
  log,
}: Pick<ClientEnvironment, 'subtle' | 'keyStore' | 'clock'> & { log: AuthLog }): TrustKeys {
  /** The ticket tells who it was that showed the password. */
  let halfway = { ticket: '', identifier: '' }
  let isPossible = false

  async function begin(path: string, body: unknown, isBound: boolean): Promise<TrustTurn | null> {
    isPossible = isBound
    const isNew = textIn(body, 'trustBrowser') === 'true'
    if (!subtle || !keyStore || !isBound || !(isNew || path === ownPaths.login)) return null
    const identifier = isNew ? identifierOf(textIn(body, 'ticket')) : textIn(body, 'email')
    try {
      const own = await ownKeys(subtle, identifier)
      if (!isNew && own.length === 0) return null
      // After many answers that were lost: the one that was shown first, and the latest.
      const shown = own.filter((_, index) => index === 0 || index > own.length - shownKeys)
      await remove(own.filter((key) => !shown.includes(key)).map(({ id }) => id))
      const key = await makeSessionKey(subtle)
      const made = { id: await nameOf(subtle, key, [identifier || crypto.randomUUID()]), key }
      await store(made)
      const proofs = isNew ? [] : await Promise.all(shown.map((each) => refreshKey(subtle, each.key, 0)))
      const headers = {
        ...(proofs.length > 0 && { [headerNames.trustKey]: proofs.join(', ') }),
        [headerNames.trustLock]: await refreshLock(subtle, key, 0),
      }
      return { headers, shown: shown.map(({ id }) => id), made }
    } catch {
      log.once('notice', 'The browser could not open its key store, so it cannot show that it is trusted.')
      return null
    }
  }

  const identifierOf = (ticket: string) => (ticket === halfway.ticket ? halfway.identifier : '')

  /** Those of one account, oldest first. */
  async function ownKeys(subtle: SubtleCrypto, identifier: string): Promise<StoredKey[]> {
    const keys = identifier ? await trustKeys() : []
    const marks = await Promise.all(keys.map(({ key }) => markOf(subtle, key, identifier)))
    return keys.filter(({ id }, index) =>
      id
        .slice(trustPrefix.length)
        .split('.')
        .includes(marks[index] ?? ''),
    )
  }

  async function trustKeys(): Promise<StoredKey[]> {
    const keys = await limited(keyStore?.all() ?? Promise.resolve([]))
    return keys.filter(({ id }) => id.startsWith(trustPrefix))
  }

  /** Whether the store keeps what it accepts, the key of the session has just shown. */
  async function store({ id, key }: TrustTurn['made']) {
    await limited(Promise.resolve(keyStore?.put(id, key)))
    const keys = await trustKeys()
    await remove(keys.slice(0, -keptKeys).map((kept) => kept.id))
  }

  async function opened({ shown, made: { id, key } }: TrustTurn, { email, username }: User) {
    await tolerant(async () => {
      if (subtle) await keyStore?.rename(id, await nameOf(subtle, key, [email, username]))
    })
    await remove(shown)
  }

  async function asked(turn: TrustTurn | null, body: unknown, ticket: string) {
    halfway = { ticket, identifier: textIn(body, 'email') }
    if (turn) await remove([...turn.shown, turn.made.id])
  }

  async function remove(ids: string[]) {
    if (ids.length > 0) await tolerant(async () => await keyStore?.delete(ids))
  }

  /** Where the store fails, a code is asked for the next time, and that is all. */
  const tolerant = (work: () => Promise<void>) => limited(work()).catch(() => undefined)

  const limited = <Result>(work: Promise<Result>) => withinTime(clock, storeLimitMs, work, slowStore)

  return {
    begin,
    opened,
    asked,
    refused: ({ made }) => remove([made.id]),
    isPossible: () => isPossible,
  }
}

/** People sign in by the address or by the name, so both find the key. */
async function nameOf(subtle: SubtleCrypto, key: CryptoKey, identifiers: string[]): Promise<string> {
  const marks = await Promise.all(identifiers.map((each) => markOf(subtle, key, each)))
  return trustPrefix + marks.join('.')
}

const markOf = (subtle: SubtleCrypto, key: CryptoKey, identifier: string) =>
  keyedHash(subtle, key, `whose ${identifier.trim().toLowerCase()}`)

const textIn = (body: unknown, name: string): string =>
  String(Object.entries(body ?? {}).find(([key]) => key === name)?.[1] ?? '')
