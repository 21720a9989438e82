import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Closes connections on which nothing was ever sent, when the function it returns is called. Browsers open
 * connections in advance, and a server that shuts down would wait for them until they time out.
 */
export function watchUnusedConnections(server: Server): () => void {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  }
}
