import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import { buffer } from 'node:stream/consumers'

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

interface Exchange {
  /** Lets the request through; resolves with the whole answer, when the API is done with it. */
  forward(): Promise<Answer>
  deliver(answer: Answer): void
  /** Ends the connection without an answer. */
  cut(): void
}

/** What becomes of one request and its answer. */
export type Fault = (exchange: Exchange) => Promise<void>

export const loseRequest: Fault = async ({ cut }) => cut()

export const loseAnswer: Fault = async ({ forward, cut }) => {
  await forward()
  cut()
}

/** The API gets the request twice at once; the page gets the second answer. */
export const sendTwice: Fault = async ({ forward, deliver }) => {
  const [, second] = await Promise.all([forward(), forward()])
  deliver(second)
}

export const delayRequest =
  (until: Promise<unknown>): Fault =>
  async ({ forward, deliver }) => {
    await until
    deliver(await forward())
  }

export const delayAnswer =
  (until: Promise<unknown>): Fault =>
  async ({ forward, deliver }) => {
    const answer = await forward()
    await until
    deliver(answer)
  }

export interface FaultyProxy {
  origin: string
  /** These faults meet the next requests for the path, one each; those after them pass unharmed. */
  spoil(path: string, ...faults: Fault[]): void
  /** Until it is called with false, nothing reaches anything. */
  cutOff(isCut: boolean): void
  /** How many faults are still waiting for their request. */
  pending(): number
  stop(): Promise<void>
}

/** Stands between browser and API, and loses, repeats and delays what it is told to. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)
  const faults = new Map<string, Fault[]>()
  let isCut = false

  const pass: Fault = async ({ forward, deliver }) => deliver(await forward())

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse) {
    const body = await buffer(incoming)
    const fault = isCut ? loseRequest : (faults.get(incoming.url ?? '')?.shift() ?? pass)

    await fault({
      async forward() {
        const { method, url: path, headers } = incoming
        const onward = request({ hostname, port, method, path, headers, agent: false }).end(body)
        const [answer]: IncomingMessage[] = await once(onward, 'response')
        if (!answer) throw new Error('No answer came')
        return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) }
      },
      deliver({ status, headers, body }) {
        // A browser repeats by itself what is lost on a connection it had used before; the page should have to.
        outgoing.writeHead(status, { ...headers, connection: 'close' }).end(body)
      },
      cut: () => void outgoing.socket?.destroy(),
    })
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.socket?.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')

  return {
    origin: `http://localhost:${address.port}`,
    spoil: (path, ...more) => void faults.set(path, [...(faults.get(path) ?? []), ...more]),
    cutOff(cut) {
      isCut = cut
    },
    pending: () => [...faults.values()].reduce((count, waiting) => count + waiting.length, 0),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
