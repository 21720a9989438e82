import type { mongo } from 'mongoose'

/** The driver's internals that are read, if they are there. */
interface Inside {
  topology?: { s?: { servers?: Map<string, { monitor?: { connection?: MonitorConnection | null } }> } }
}

interface MonitorConnection {
  socket?: { destroyed: boolean }
  destroy(): void
}

/**
 * Lets the driver notice that an outage is over. When all connections break at once, mongodb 7.8 may send a heartbeat
 * on a connection that is already dead. It then waits forever for that socket, and sends no other heartbeat. The
 * database would be out of reach until the process restarts.
 */
export function renewDeadHeartbeats(client: mongo.MongoClient): void {
  // This event comes before the driver checks whether it needs a new connection.
  client.on('serverHeartbeatStarted', ({ connectionId: address }) => {
    const { topology } = client as unknown as Inside
    const connection = topology?.s?.servers?.get(address)?.monitor?.connection
    if (connection?.socket?.destroyed) connection.destroy()
  })
}
