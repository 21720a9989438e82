/** How the names of keys begin that belong to no session (trust-keys.ts). */
export const trustPrefix = 'trust:'

/**
 * A refresh key in the store. `id` is a `sid`, or a pending name while the answer to the sign-in is awaited. Or a key
 * by which the browser shows that it is trusted.
 */
export interface StoredKey {
  id: string
  key: CryptoKey
  /** Rises with every key that is put, so that the oldest is known without a clock. */
  order: number
}

/** Keeps refresh keys. All tabs of the profile share it, and nobody can read the bytes of a key. */
export interface KeyStore {
  /** Oldest first. */
  all(): Promise<StoredKey[]>
  put(id: string, key: CryptoKey): Promise<void>
  /** Gives a key its final name in one step. Nothing happens when there is no key of the old name. */
  rename(from: string, to: string): Promise<void>
  delete(ids: readonly string[]): Promise<void>
}

const databaseName = 'latchkey'
const storeName = 'refreshKeys'

/** Keeps keys in IndexedDB, which stores a non-extractable CryptoKey as a handle (WebCrypto §13, structured clone). */
export function indexedDbKeyStore(factory: IDBFactory): KeyStore {
  let opened: Promise<IDBDatabase> | null = null

  function database(): Promise<IDBDatabase> {
    if (opened) return opened
    const forget = () => {
      if (opened === opening) opened = null
    }
    const opening = open(factory, forget).catch((error: unknown) => {
      forget()
      throw error
    })
    opened = opening
    return opening
  }

  /** Runs `work` in one transaction, and resolves when that is complete. A connection that has died is replaced. */
  async function transact<Result>(mode: IDBTransactionMode, work: Work<Result>): Promise<Result | undefined> {
    const used = database()
    try {
      return await runIn(await used, mode, work)
    } catch (error) {
      if (!isOfDeadConnection(error)) throw error
      if (opened === used) opened = null
      return await runIn(await database(), mode, work)
    }
  }

  return {
    async all() {
      const keys = await transact<StoredKey[]>('readonly', (store, answer) => readAll(store, answer))
      return keys ?? []
    },
    async put(id, key) {
      await transact('readwrite', (store) => {
        readAll(store, (keys) => store.put({ id, key, order: (keys.at(-1)?.order ?? 0) + 1 }))
      })
    },
    async rename(from, to) {
      await transact('readwrite', (store) => {
        readAll(store, (keys) => {
          const found = keys.find(({ id }) => id === from)
          if (!found) return
          store.put({ ...found, id: to })
          store.delete(from)
        })
      })
    },
    async delete(ids) {
      await transact('readwrite', (store) => {
        for (const id of ids) store.delete(id)
      })
    },
  }
}

type Work<Result> = (store: IDBObjectStore, answer: (result: Result) => void) => void

function runIn<Result>(database: IDBDatabase, mode: IDBTransactionMode, work: Work<Result>) {
  return new Promise<Result | undefined>((resolve, reject) => {
    let result: Result | undefined
    const transaction = database.transaction(storeName, mode)
    transaction.oncomplete = () => resolve(result)
    transaction.onabort = () => reject(transaction.error ?? new Error('The browser refuses to keep this.'))
    work(transaction.objectStore(storeName), (value) => {
      result = value
    })
  })
}

/**
 * Browsers close connections for reasons of their own, and do not always say so. A transaction cannot begin then
 * (InvalidStateError), or ends without anybody having ended it (AbortError; in Safari UnknownError).
 */
function isOfDeadConnection(error: unknown): boolean {
  const names = ['InvalidStateError', 'AbortError', 'UnknownError']
  return error instanceof DOMException && names.includes(error.name)
}

function open(factory: IDBFactory, onClosed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(databaseName, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: 'id' })
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const database = request.result
      // Another tab deletes the data, or the browser closes it under pressure: open anew next time.
      database.onversionchange = () => {
        database.close()
        onClosed()
      }
      database.onclose = onClosed
      resolve(database)
    }
  })
}

function readAll(store: IDBObjectStore, then: (keys: StoredKey[]) => void) {
  const request: IDBRequest<StoredKey[]> = store.getAll()
  request.onsuccess = () => {
    try {
      then(request.result.sort((a, b) => a.order - b.order))
    } catch {
      // Some private windows refuse keys at once (DataCloneError). Thrown from here it would reach nobody.
      store.transaction.abort()
    }
  }
}
