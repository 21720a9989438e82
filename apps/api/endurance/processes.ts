import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const patienceMs = 10_000

/** Every process of a run, and a folder of its own for what they write. */
export class Processes {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-endurance-'))
  private readonly running = new Set<ChildProcess>()

  /** What it prints goes to a file of this name in the folder, after what was printed there before. */
  start(name: string, command: string, args: string[], environment: Record<string, string> = {}) {
    const log = openSync(join(this.folder, `${name}.log`), 'a')
    const child = spawn(command, args, {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.running.add(child)
    child.once('exit', () => this.running.delete(child))
    child.once('error', () => this.running.delete(child))
    return child
  }

  /** Resolves when it is gone. */
  async end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!isRunning(child)) return
    const exited = once(child, 'exit')
    child.kill(signal)
    const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    await exited
    clearTimeout(patience)
  }

  /** Ends them all. Safe to call at any time. `keepFolder`: for whoever wants to know what they wrote. */
  async close({ keepFolder }: { keepFolder: boolean }): Promise<void> {
    await Promise.all([...this.running].map((child) => this.end(child, 'SIGTERM')))
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true })
  }

  /** At once, for a process that is about to exit. */
  killAll(): void {
    for (const child of this.running) child.kill('SIGKILL')
  }
}

/** Whether an API, or a proxy before one, says that it is ready. */
export async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/health/ready`).catch(() => null)
  await answer?.arrayBuffer()
  return answer?.ok ?? false
}

export const isRunning = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null
