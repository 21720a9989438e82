import { IDBFactory } from 'fake-indexeddb'
import { expect, it } from 'vitest'
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
