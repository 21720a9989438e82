import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine } from './built-server.ts'

/** A server whose disk is soon full. */
export interface SmallDisk {
  /** What a write is refused with. The limit that stands in for a disk also looks like an I/O error. */
  codes: number[]
  /** Starts the server, in a process of its own; again after `kill`. Returns its URI, or throws what it said. */
  start(): Promise<string>
  kill(): Promise<void>
  /** Makes the disk four times as large while the server runs. */
  makeRoom(): void
  close(): Promise<void>
}

/**
 * A disk in memory, where this user may mount one; elsewhere files that may not grow, which the system refuses in the
 * same way (EFBIG for ENOSPC). 0: no room for anything.
 */
export function smallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-mongo-small-'))
  const size = megabytes > 0 ? `${megabytes}m` : '4k'
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0
  const dataDir = join(folder, 'data')
  let child: ChildProcess | undefined

  return {
    codes: isMounted ? [14031] : [14031, 39],
    async start() {
      const command = [process.execPath, commandLine(), '--data', dataDir]
      // In units of 512 bytes. A process that does not ignore the signal would be ended by it.
      const limited = `trap '' XFSZ; ulimit -S -f ${megabytes * 2048}; exec "$@"`
      const started = spawn('/bin/sh', ['-c', isMounted ? 'exec "$@"' : limited, 'sh', ...command], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      let said = ''
      started.stderr.on('data', (text) => {
        said += text
      })
      const ended = once(started, 'close').then(() => {
        throw new Error(said)
      })
      const [line] = await Promise.race([once(started.stdout, 'data'), ended])
      ended.catch(() => {}) // ended by `kill`, later
      return String(line).trim()
    },
    kill: () => end('SIGKILL'),
    makeRoom() {
      if (isMounted) execFileSync('mount', ['-o', `remount,size=${4 * megabytes}m`, folder])
      else execFileSync('prlimit', ['--pid', String(child?.pid), `--fsize=${4 * megabytes * 2 ** 20}:`])
    },
    async close() {
      await end('SIGTERM')
      if (isMounted) execFileSync('umount', [folder])
      rmSync(folder, { recursive: true })
    },
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
}
