import { readVectors } from '@latchkey/contracts/testing'
import { expect, it } from 'vitest'
import { refreshKey, refreshLock } from '../../src/refresh-lock.ts'
import { importedKey } from './imported-key.ts'

interface Locks {
  clients: { secret: string; generations: { generation: number; key: string; lock: string }[] }[]
}

it('the browser derives keys and locks as the vectors say', async () => {
  const { subtle } = globalThis.crypto
  const clients = readVectors<Locks>('locks')?.clients ?? []
  expect(clients.length).toBeGreaterThan(1)
  for (const { secret, generations } of clients) {
    const secretKey = await importedKey(secret)
    for (const { generation, key, lock } of generations)
      expect([
        await refreshKey(subtle, secretKey, generation),
        await refreshLock(subtle, secretKey, generation),
      ]).toEqual([key, lock])
  }
})
