import { AuthError } from './auth-error.ts'
import type { ClientEnvironment } from './environment.ts'
import { type StoredKey, trustPrefix } from './key-store.ts'
import type { AuthLog } from './log.ts'
import { createNote } from './note.ts'
import { makeSessionKey, refreshLock } from './refresh-lock.ts'
import { withinTime } from './within-time.ts'

/** A key and its present name. */
export type NamedKey = Pick<StoredKey, 'id' | 'key'>

export interface SessionKeys {
  /** Before a sign-in is sent: creates its key and stores it under a pending name. Null: it will be unbound. */
  begin(): Promise<(NamedKey & { lock: string }) | null>
  /** The key has turned out to belong to this session. */
  settle(named: NamedKey, sid: string): Promise<void>
  /** The sign-in was refused: its key opens nothing. */
  discard(named: NamedKey): Promise<void>
  /** The session ended. */
  forget(sid: string): Promise<void>
  /** Keys that may belong to this session, likeliest first. Empty: it is unbound, or its key is lost. */
  candidates(sid: string): Promise<NamedKey[]>
  /** Whether this browser keeps keys at all. */
  areKept(): boolean
}

const pendingPrefix = 'pending:'
/** The most keys that are kept. Sign-ins that never got an answer leave theirs behind. */
const keptKeys = 16
export const storeLimitMs = 2000
/** How long a tab waits for another one that is signing in to give the new key its name. */
const settlingPauseMs = 200
const settlingPauses = 5
/** Each wrong key looks like a thief's to the server, so only the likeliest are tried. */
const triedPendingKeys = 3
/** How often a store may hang, or fail though it had a key, before the session is tried without it. */
const toleratedFailures = 3

export const slowStore = () =>
  new AuthError('timeout', 'The browser could not open its key store yet. Trying again in a moment.')

type Needs = Pick<ClientEnvironment, 'subtle' | 'keyStore' | 'clock' | 'storage'> & {
  log: AuthLog
  noteName: string
  currentSid: () => string | null
}

/**
 * Knows which refresh key belongs to which session.
 *
 * The `sid` comes with the answer to a sign-in. By then every tab has the cookies, and this page may crash before it
 * runs another line. So the key is stored under a pending name before the request is sent, and a tab that finds no key
 * for a session tries the pending ones.
 */
export function createSessionKeys(needs: Needs): SessionKeys {
  const { subtle, keyStore, clock, log, currentSid } = needs
  // The session that is known to be bound. Without its key it would look like a copied one.
  const bound = createNote(needs.storage, needs.noteName)
  // Keys that this page has used, in case the store fails later.
  const remembered = new Map<string, CryptoKey>()
  let failures = 0

  async function begin() {
    if (!subtle || !keyStore) return unbound()
    try {
      const id = pendingPrefix + crypto.randomUUID()
      await limited(keyStore.put(id, await makeSessionKey(subtle)))
      // Read back: some private modes accept a key and lose it.
      const stored = (await limited(keyStore.all())).find((kept) => kept.id === id)
      if (!stored) return unbound()
      await trim()
      return { id, key: stored.key, lock: await refreshLock(subtle, stored.key, 0) }
    } catch {
      return unbound()
    }
  }

  function unbound() {
    log.once(
      'notice',
      'This browser keeps no refresh key (plain http, private window or blocked storage): the session works, but is not bound to this browser.',
    )
    return null
  }

  async function trim() {
    const all = await limited(keyStore?.all() ?? [])
    const keys = all.filter(({ id }) => !id.startsWith(trustPrefix))
    const surplus = keys.slice(0, Math.max(0, keys.length - keptKeys)).map(({ id }) => id)
    await remove(surplus.filter((id) => id !== currentSid()))
  }

  async function settle({ id, key }: NamedKey, sid: string) {
    remembered.set(sid, key)
    if (bound.read() !== sid) bound.write(sid)
    if (id === sid) return
    try {
      await limited(keyStore?.rename(id, sid))
    } catch {
      log.once('notice', 'The refresh key could not be renamed; other tabs will search for it.')
    }
  }

  async function candidates(sid: string): Promise<NamedKey[]> {
    const key = remembered.get(sid)
    if (key) return [{ id: sid, key }]
    if (!subtle || !keyStore) return []
    for (let pause = 0; ; pause += 1) {
      const keys = await stored(sid)
      const own = keys.find(({ id }) => id === sid)
      if (own) return [own]
      const pending = keys.filter(({ id }) => id.startsWith(pendingPrefix)).slice(-triedPendingKeys)
      if (pending.length === 0 || pause === settlingPauses) return pending.reverse()
      await new Promise<void>((resolve) => clock.after(settlingPauseMs, resolve))
    }
  }

  async function stored(sid: string): Promise<StoredKey[]> {
    try {
      const keys = await limited(keyStore?.all() ?? [])
      failures = 0
      return keys
    } catch (error) {
      failures += 1
      // A refresh without the key would look like a copied cookie, so the store gets a few chances first; but not one
      // that refuses at once in a session that never had a key.
      const hangs = error instanceof AuthError && error.code === 'timeout'
      if ((hangs || bound.read() === sid) && failures <= toleratedFailures) throw hangs ? error : slowStore()
      return []
    }
  }

  async function remove(ids: string[]) {
    for (const id of ids) remembered.delete(id)
    if (ids.length === 0) return
    try {
      await limited(keyStore?.delete(ids))
    } catch {
      log.once('notice', 'A refresh key that is no longer needed could not be deleted.')
    }
  }

  async function limited<Result>(work: Promise<Result> | Result): Promise<Result> {
    return await withinTime(clock, storeLimitMs, Promise.resolve(work), slowStore)
  }

  return {
    begin,
    settle,
    candidates,
    areKept: () => subtle !== null && keyStore !== null,
    discard: ({ id }) => remove([id]),
    forget(sid) {
      if (bound.read() === sid) bound.clear()
      return remove([sid])
    },
  }
}
