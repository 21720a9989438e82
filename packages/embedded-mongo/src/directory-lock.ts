import { closeSync, constants, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

/** The directory is served already, by another process or by this one. */
export class DirectoryLockedError extends Error {
  constructor(directory: string, holder: string | undefined) {
    super(
      `${directory} is in use by ${holder ? `process ${holder}` : 'another process'}. ` +
        'Only one process may open an embedded database: stop that one, or connect to it with the URI in its file mongo.uri.',
    )
    this.name = 'DirectoryLockedError'
  }
}

/**
 * Locks a data directory until `release` is called or the process ends. The operating system holds the lock, so a
 * crash leaves none behind.
 * @throws DirectoryLockedError
 */
export function lockDirectory(directory: string): Promise<{ release(): Promise<void> }> {
  return process.platform === 'linux' || process.platform === 'win32'
    ? lockByName(directory)
    : lockByFile(directory)
}

/**
 * Linux: a socket in the abstract namespace. Windows: a named pipe. Binding is atomic, and both vanish with the
 * process. They are named after the directory's device and inode, so every path to it leads to the same lock.
 */
function lockByName(directory: string): Promise<{ release(): Promise<void> }> {
  const { dev, ino } = statSync(directory, { bigint: true })
  const prefix = process.platform === 'win32' ? '\\\\.\\pipe\\' : '\0'
  const name = `${prefix}embedded-mongo-${dev}-${ino}`
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(String(process.pid))
  })
  return new Promise((resolve, reject) => {
    server.once('error', async (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new DirectoryLockedError(directory, await askHolder(name)) : error)
    })
    server.listen(name, () => {
      server.unref()
      resolve({ release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}

/** The holder tells its process id to whoever connects. */
function askHolder(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(name)
    socket.setTimeout(1000, () => socket.destroy())
    socket.on('data', (bytes) => {
      answer += bytes.toString()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(answer || undefined))
  })
}

/** macOS and the BSDs: `open` takes an exclusive flock, which ends with the process. */
async function lockByFile(directory: string): Promise<{ release(): Promise<void> }> {
  const path = join(directory, 'process.lock')
  const O_EXLOCK = 0x20
  let file: number
  try {
    file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK')
      throw new DirectoryLockedError(directory, readFileSync(path, 'utf8') || undefined)
    throw error
  }
  ftruncateSync(file)
  writeSync(file, String(process.pid))
  return { release: async () => closeSync(file) }
}
