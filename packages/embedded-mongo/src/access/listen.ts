import { chmodSync, rmSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { type Gate, openGate, passwordGate } from './gate.ts'
import { passwordIn } from './password-file.ts'
import { scramUser } from './scram.ts'

/** Who signs in where there is a password. */
const USER = 'owner'
/** Of `sun_path`, without its zero byte, on the system that gives it the least room (macOS). */
const MAX_SOCKET_PATH_BYTES = 103

export interface Address {
  host: string
  /** undefined: a Unix socket in the data directory, where the system has them; 0: any free port. */
  port: number | undefined
}

/** How clients get in. */
export interface Entrance {
  /** Where they connect: `user:password@host:port` or the path of a socket, escaped for a URI. */
  authority: string
  /** What else their URI says. */
  options: string
  /** Makes the gate of one connection. */
  gate(): Gate
}

/**
 * Has a server listen where nobody but the directory's owner gets in: on a socket in the directory, which only they may
 * enter, or with a password that is kept there.
 */
export async function listenInPrivate(
  server: Server,
  directory: string,
  { host, port }: Address,
): Promise<Entrance> {
  const socket = join(directory, 'mongo.sock')
  // Left behind by a process that was killed. The directory's lock says that nobody uses it.
  rmSync(socket, { force: true })
  if (port === undefined && (await listenOnSocket(server, socket)))
    return { authority: encodeURIComponent(socket), options: '', gate: () => openGate }

  const password = passwordIn(join(directory, 'mongo.password'))
  const user = scramUser(USER, password)
  await listen(server, { host, port: port ?? 0 })
  const { port: own } = server.address() as AddressInfo
  return {
    authority: `${USER}:${password}@${host.includes(':') ? `[${host}]` : host}:${own}`,
    options: '?authSource=admin&authMechanism=SCRAM-SHA-256',
    gate: () => passwordGate(user),
  }
}

/** False where there are none: on Windows, at a long path, on a file system that keeps none. Drivers decode a % twice. */
async function listenOnSocket(server: Server, path: string): Promise<boolean> {
  if (process.platform === 'win32' || Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES || path.includes('%'))
    return false
  try {
    await listen(server, { path })
    chmodSync(path, 0o600)
    return true
  } catch (error) {
    if (server.listening) throw error
    return false
  }
}

function listen(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
