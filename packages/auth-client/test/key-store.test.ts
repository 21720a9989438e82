import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb'
import { describe, expect, it } from 'vitest'
import { indexedDbKeyStore } from '../src/index.ts'

const makeKey = () => globalThis.crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
const idsOf = (keys: { id: string }[]) => keys.map(({ id }) => id)

it('a key kept by one tab is found by another, and still cannot be read out', async () => {
  const factory = new IDBFactory()
  await indexedDbKeyStore(factory).put('sid', await makeKey())
  const [stored] = await indexedDbKeyStore(factory).all()
  expect(stored?.id).toBe('sid')
  expect(stored?.key.extractable).toBe(false)
  const signature = await globalThis.crypto.subtle.sign('HMAC', stored?.key as CryptoKey, new Uint8Array(1))
  expect(signature.byteLength).toBe(32)
})

it('keys come oldest first, whatever they are called', async () => {
  const store = indexedDbKeyStore(new IDBFactory())
  for (const id of ['c', 'a', 'b']) await store.put(id, await makeKey())
  expect(idsOf(await store.all())).toEqual(['c', 'a', 'b'])
})

it('a renamed key keeps its place, and renaming what is gone changes nothing', async () => {
  const store = indexedDbKeyStore(new IDBFactory())
  for (const id of ['pending', 'later']) await store.put(id, await makeKey())
  await store.rename('pending', 'sid')
  await store.rename('pending', 'other')
  expect(idsOf(await store.all())).toEqual(['sid', 'later'])
})

it('deleted keys are gone', async () => {
  const store = indexedDbKeyStore(new IDBFactory())
  for (const id of ['a', 'b', 'c']) await store.put(id, await makeKey())
  await store.delete(['a', 'c', 'unknown'])
  expect(idsOf(await store.all())).toEqual(['b'])
})

it('a database deleted under our hands is opened anew', async () => {
  const factory = new IDBFactory()
  const store = indexedDbKeyStore(factory)
  await store.put('old', await makeKey())
  await new Promise<void>((resolve, reject) => {
    const request = factory.deleteDatabase('latchkey')
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
  await store.put('new', await makeKey())
  expect(idsOf(await store.all())).toEqual(['new'])
})

it('a browser that refuses to open its database makes the store fail, and later work when it relents', async () => {
  const factory = new IDBFactory()
  const open = factory.open.bind(factory)
  factory.open = () => {
    throw new DOMException('blocked', 'SecurityError')
  }
  const store = indexedDbKeyStore(factory)
  await expect(store.all()).rejects.toThrow('blocked')
  factory.open = open
  expect(await store.all()).toEqual([])
})

it('a value that cannot be stored fails, in words, instead of hanging', async () => {
  const store = indexedDbKeyStore(new IDBFactory())
  const unstorable = { sign: () => undefined } as unknown as CryptoKey
  await expect(store.put('sid', unstorable)).rejects.toThrow('refuses to keep')
  expect(await store.all()).toEqual([])
})

describe('a connection that has died', () => {
  /** Opens a store that has one key, and gives the connection into the hands of the test. */
  async function opened() {
    const factory = new IDBFactory()
    const connections: IDBDatabase[] = []
    const open = factory.open.bind(factory)
    factory.open = (...given) => {
      const request = open(...given)
      request.addEventListener('success', () => connections.push(request.result))
      return request
    }
    const store = indexedDbKeyStore(factory)
    await store.put('old', await makeKey())
    return { factory, store, connections, connection: connections[0] as IDBDatabase }
  }

  it('is replaced when the browser closes it without a word (InvalidStateError)', async () => {
    const { store, connection, connections } = await opened()
    connection.close()
    expect(idsOf(await store.all())).toEqual(['old'])
    connections.at(-1)?.close()
    await store.put('new', await makeKey())
    expect(idsOf(await store.all())).toEqual(['old', 'new'])
    expect(connections).toHaveLength(3)
  })

  it('is replaced when the browser says that it has closed it', async () => {
    const { store, connection, connections } = await opened()
    forceCloseDatabase(connection as never)
    expect(idsOf(await store.all())).toEqual(['old'])
    expect(connections).toHaveLength(2)
  })

  it('is given up when another tab needs that, and replaced', async () => {
    const { factory, store, connections } = await opened()
    const upgrade = factory.open('latchkey', 2)
    await new Promise((resolve, reject) => {
      upgrade.onsuccess = resolve
      upgrade.onblocked = reject
    })
    await expect(store.all()).rejects.toThrow('version')
    expect(connections).toHaveLength(2)
  })

  it.each(['AbortError', 'UnknownError'])(
    'in the middle of a transaction (%s) loses nothing',
    async (name) => {
      const { store, connection } = await opened()
      const begin = connection.transaction.bind(connection)
      connection.transaction = (...given) => {
        const transaction = begin(...given)
        Object.defineProperty(transaction, 'error', { value: new DOMException('lost', name) })
        queueMicrotask(() => transaction.abort())
        return transaction
      }
      await store.put('new', await makeKey())
      expect(idsOf(await store.all())).toEqual(['old', 'new'])
    },
  )

  it('is not replaced for ever: a store that goes on failing fails', async () => {
    const { store, connections, factory } = await opened()
    const open = factory.open
    factory.open = (...given) => {
      const request = open.call(factory, ...given)
      request.addEventListener('success', () => request.result.close())
      return request
    }
    connections[0]?.close()
    await expect(store.all()).rejects.toThrow()
    expect(connections).toHaveLength(2)
  })
})
