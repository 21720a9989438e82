import { once } from 'node:events'
import { connect } from 'node:net'

/** One request that depends on the answers before it, and who hears its own. */
export interface Turn {
  request: string
  answered(head: string): void
}

const endOfHead = Buffer.from('\r\n\r\n')

/**
 * Requests that are made one by one, by as many connections, for so many seconds; milliseconds of each. It does nothing
 * but that: it runs on the same cores as what it measures, and a general load generator took a fifth of them.
 */
export async function converse(
  url: string,
  seconds: number,
  connections: number,
  next: () => Turn,
): Promise<number[]> {
  const { hostname, port } = new URL(url)
  const endsAt = performance.now() + seconds * 1000
  const milliseconds: number[] = []

  const talk = async () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    await new Promise<void>((done, failed) => {
      let turn = next()
      let sentAt = performance.now()
      let received: Buffer = Buffer.alloc(0)
      socket.on('error', failed)
      socket.on('close', () => failed(new Error(`${url} closed the connection`)))
      socket.on('data', (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        const headEnd = received.indexOf(endOfHead)
        if (headEnd < 0) return
        const head = received.toString('latin1', 0, headEnd)
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
        if (received.length < headEnd + endOfHead.length + length) return
        if (!head.startsWith('HTTP/1.1 200')) return failed(new Error(`${url} answered ${received}`))
        received = Buffer.alloc(0)
        const now = performance.now()
        milliseconds.push(now - sentAt)
        turn.answered(head)
        if (now >= endsAt) {
          socket.removeAllListeners('close').end()
          return done()
        }
        turn = next()
        sentAt = performance.now()
        socket.write(turn.request)
      })
      socket.write(turn.request)
    })
  }
  await Promise.all(Array.from({ length: connections }, talk))
  return milliseconds
}
