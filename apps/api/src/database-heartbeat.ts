import type { mongo } from 'mongoose'

/** What of the driver's inside is looked at, as far as it is there. */
interface Inside {
  topology?: { s?: { servers?: Map<string, { monitor?: { connection?: MonitorConnection | null } }> } }
}

interface MonitorConnection {
  socket?: { destroyed: boolean }
  destroy(): void
}

/**
 * Lets the driver notice that an outage is over. mongodb 7.8 may send a heartbeat on a connection that is gone and has
 * not said so yet, as happens when all connections break at once. It then waits for that socket to drain, which never
 * happens, and sends no other heartbeat: the database would be out of reach until the process is started again.
 */
export function renewDeadHeartbeats(client: mongo.MongoClient): void {
  // Emitted before the driver looks whether it needs a new connection.
  client.on('serverHeartbeatStarted', ({ connectionId: address }) => {
    const { topology } = client as unknown as Inside
    const connection = topology?.s?.servers?.get(address)?.monitor?.connection
    if (connection?.socket?.destroyed) connection.destroy()
  })
}
