import type { mongo } from 'mongoose'
import type { Metrics } from './registry.ts'

const bounds = [0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5]

/** The connections to the database, of all its members. Returns what is to be told of each client before it connects. */
export function poolMetrics({ gauge, counter, histogram }: Metrics): (client: mongo.MongoClient) => void {
  const watched = new WeakSet<mongo.MongoClient>()
  let open = 0
  let inUse = 0
  let waiting = 0
  gauge(
    'latchkey_database_connections',
    'Connections of the pool, by whether something is being asked on them',
    () => ({ in_use: inUse, idle: open - inUse }),
    'state',
  )
  gauge('latchkey_database_connection_waiters', 'How many wait for a connection', () => waiting)
  const waited = histogram('latchkey_database_connection_wait_seconds', 'How long they waited', {
    labels: [],
    bounds,
  })()
  const failures = counter(
    'latchkey_database_connection_failures_total',
    'Connections that were waited for in vain',
    'reason',
    ['timeout', 'connectionError', 'poolClosed'],
  )

  return (client) => {
    if (watched.has(client)) return
    watched.add(client)
    client
      .on('connectionCreated', () => open++)
      .on('connectionClosed', () => open--)
      .on('connectionCheckOutStarted', () => waiting++)
      .on('connectionCheckedOut', ({ durationMS }) => {
        waiting--
        inUse++
        waited.observe(durationMS / 1000)
      })
      .on('connectionCheckOutFailed', ({ reason }) => {
        waiting--
        failures.inc({ reason })
      })
      .on('connectionCheckedIn', () => inUse--)
  }
}
