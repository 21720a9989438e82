import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../test/support/free-port.ts'
import { type Lab, root } from '../lab.ts'
import { type Row, row } from '../row.ts'

const patienceMs = 60_000

/** From a command to the first good answer. */
export async function start(lab: Lab, { rounds }: { rounds: number }): Promise<Row[]> {
  const built: number[] = []
  for (let round = 0; round < rounds; round++) {
    const product = await lab.product({})
    built.push(product.readyMs / 1000)
    await product.stop()
  }
  const again: number[] = []
  await startAgain(lab) // builds what has changed since the last `pnpm start`
  for (let round = 0; round < 2; round++) again.push(await startAgain(lab))
  return [
    row(
      {
        id: 'start-built',
        what: 'start of the built product to ready',
        unit: 's',
        limit: 0.6,
        must: 'stay below',
        from: 'with the embedded database',
      },
      built,
    ),
    row(
      {
        id: 'start-again',
        what: '`npx pnpm@12 start` when nothing changed, to ready',
        unit: 's',
        limit: 3,
        must: 'stay below',
        from: 'npx and pnpm included',
      },
      again,
    ),
  ]
}

async function startAgain({ folder }: Lab): Promise<number> {
  const port = await freePort()
  const startedAt = performance.now()
  const child = spawn('npx', ['--prefer-offline', 'pnpm@12', 'start'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), DATA_DIR: mkdtempSync(join(folder, 'start-')) },
    stdio: 'ignore',
    // A group of its own: a signal to npx alone leaves the server behind.
    detached: true,
  })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  try {
    while (performance.now() - startedAt < patienceMs && child.exitCode === null) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/health/ready`).catch(() => null)
      if (answer?.ok) return (performance.now() - startedAt) / 1000
      await delay(25)
    }
    throw new Error('`npx pnpm@12 start` did not become ready')
  } finally {
    if (child.pid) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
}
