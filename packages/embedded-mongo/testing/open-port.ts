import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/**
 * A port on loopback that leads to a server's socket, for tools that know of no socket and no password. Anybody on this
 * machine gets in: for data that tests made up.
 */
export async function openPort(uri: string, port = 0): Promise<{ uri: string; close(): void }> {
  const { hostname, pathname } = new URL(uri)
  const server = createServer((near) => {
    const far = connect(decodeURIComponent(hostname))
    for (const [here, there] of [
      [near, far],
      [far, near],
    ] as const) {
      here.on('error', () => here.destroy()) // whoever asked hears of it from the driver
      here.on('close', () => there.destroy())
      here.pipe(there)
    }
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return { uri: `mongodb://127.0.0.1:${own}${pathname}`, close: () => void server.close() }
}
