// The database's share of a refresh, without anything around it: the same update over and over.
// Gets a Task and answers with updates per second.
import { rotate } from './rotate.js'

/** @typedef {{ sessions: import('./rotate.js').StoredSession[], connections: number, seconds: number }} Task */

const nextLock = 'A'.repeat(43)

process.on('message', async (/** @type {Task} */ { sessions, connections, seconds }) => {
  const waiting = [...sessions]
  let updated = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000

  const keepUpdating = async () => {
    while (performance.now() < endsAt) {
      const session = waiting.shift()
      if (!session) throw new Error('There are fewer sessions than connections')
      await rotate(session, nextLock)
      waiting.push({ ...session, generation: session.generation + 1, lock: nextLock })
      updated++
    }
  }
  await Promise.all(Array.from({ length: connections }, keepUpdating))
  const perSecond = (updated * 1000) / (performance.now() - startedAt)
  process.send?.({ perSecond, sessions: waiting })
})

process.send?.('ready')
