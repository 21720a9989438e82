import { setTimeout as delay } from 'node:timers/promises'
import { countingProxy } from '../counting-proxy.ts'
import { type Lab, withDatabase } from '../lab.ts'
import { load, protectedBy } from '../load.ts'
import { populate, type SignedIn } from '../people.ts'
import { quantile } from '../rounds.ts'
import { count, type Row, row } from '../row.ts'

const revocations = 100
const betweenMs = 60
const knockMs = 10

/** How soon the other of two processes refuses a session that was ended, and what a protected request asks the database. */
export async function revocation(
  lab: Lab,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Row[]> {
  const uri = await lab.database('revocation')
  const wire = await countingProxy(uri)
  const [here, there] = [await lab.product({ MONGO_URI: uri }), await lab.product({ MONGO_URI: wire.uri })]
  const people = await withDatabase(uri, (database) => populate(database, { users: revocations }))

  const seenAfter = async ({ accessToken, sessionId }: SignedIn): Promise<number> => {
    const headers = { authorization: `Bearer ${accessToken}` }
    const sentAt = performance.now()
    const ended = fetch(`${here.url}/api/sessions/${sessionId}`, { method: 'DELETE', headers })
    for (;;) {
      const answer = await fetch(`${there.url}/api/protected`, { headers })
      await answer.arrayBuffer()
      if (answer.status === 401) break
      await delay(knockMs)
    }
    const milliseconds = performance.now() - sentAt
    const { status } = await ended
    if (status !== 204) throw new Error(`Ending a session was answered with ${status}`)
    return milliseconds
  }
  const waits = await Promise.all(
    people.map(async (person, i) => {
      await delay(i * betweenMs)
      return await seenAfter(person)
    }),
  )

  // The process reads its feed by the clock; a read for a request would come on top of that.
  const readers = await withDatabase(uri, (database) => populate(database, { users: 500 }))
  const requests = protectedBy(readers.map(({ accessToken }) => accessToken))
  await load({ url: there.url, requests, seconds: 1 })
  const perRequest: number[] = []
  let asked = 0
  for (let round = 0; round < rounds; round++) {
    const before = wire.commands
    await delay(seconds * 1000)
    const idle = wire.commands - before
    const { total } = await load({ url: there.url, requests, seconds })
    asked += total
    perRequest.push((wire.commands - before - 2 * idle) / total)
  }
  await Promise.all([here.stop(), there.stop()])
  wire.close()

  return [
    row(
      {
        id: 'revocation-seen',
        what: 'a revoked session is refused by the other of two processes, p99',
        unit: 's',
        limit: 1.2,
        must: 'stay below',
        from: `${revocations} revocations, median ${(quantile(waits, 0.5) / 1000).toFixed(2)} s`,
      },
      [quantile(waits, 0.99) / 1000],
    ),
    row(
      {
        id: 'reads-per-protected-request',
        what: 'database commands per protected request',
        unit: 'reads',
        // The feed's own rhythm may put one command more into one of the two halves.
        limit: 0.001,
        must: 'stay below',
        from: `counted on the wire during ${count(asked)} requests`,
      },
      perRequest.map((reads) => Math.max(0, reads)),
    ),
  ]
}
