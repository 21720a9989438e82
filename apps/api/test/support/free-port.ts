import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port that is free, and stays so until its process listens: it lies below those that the system hands out by itself,
 * to servers on port 0 and to outgoing connections.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number) =>
  new Promise<boolean>((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen(port, () => probe.close(() => done(true)))
  })
