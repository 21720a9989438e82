import { rm } from 'node:fs/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Engine } from '../src/engine.ts'
import { startExpiry } from '../src/expiry.ts'
import { temporaryDirectory } from './support/embedded.ts'

test('a snapshot that nobody reads any more is let go of, though no other is asked for', async () => {
  const directory = await temporaryDirectory()
  const engine = Engine.open(directory)
  const expiry = startExpiry(engine, 0.01)
  onTestFinished(async () => {
    vi.useRealTimers()
    await expiry.stop()
    await engine.close()
    await rm(directory, { recursive: true })
  })
  const release = vi.spyOn(engine.snapshots, 'release')
  engine.snapshots.read({ session: 'killed', time: undefined })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5 * 60_000 })
  engine.snapshots.read({ session: 'alive', time: undefined })
  release.mockClear()
  vi.setSystemTime(Date.now() + 6 * 60_000)
  await vi.waitFor(() => expect(release).toHaveBeenCalled(), { timeout: 60_000 })
  expect(release.mock.calls).toEqual([['killed']])
})
