import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { eventually } from './eventually.ts'
import { whenOver } from './side-by-side.ts'

export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='

/** One attempt, as it arrived. */
export interface Attempt {
  id: string
  type: string
  timestamp: string
  data: Record<string, unknown>
  body: string
  headers: IncomingHttpHeaders
}

type Answer = number | ((response: ServerResponse) => void)

export interface Receiver {
  url: string
  /** Every attempt there was, taken or not. */
  attempts: Attempt[]
  /** Those that were answered with a 2xx. */
  taken: Attempt[]
  /** Default: 204. */
  answer: (attempt: Attempt) => Answer
  /** Waits for one that was taken and is of this type; and about whom, by an id in its data. */
  next(type: string, about?: string): Promise<Attempt>
  close(): void
}

/** The same, closed when the test is over. */
export async function webhookReceiver(): Promise<Receiver> {
  const receiver = await startReceiver()
  whenOver(() => receiver.close())
  return receiver
}

/** A real receiver on loopback. */
export async function startReceiver(): Promise<Receiver> {
  const self: Receiver = {
    url: '',
    attempts: [],
    taken: [],
    answer: () => 204,
    next: (type, about) =>
      eventually(
        () => {
          const found = self.taken.findLast((each) => each.type === type && isAbout(each, about))
          if (!found) throw new Error(`no ${type}; got ${self.taken.map((each) => each.type).join(', ')}`)
          return found
        },
        { interval: 10 },
      ),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const { headers } = request
    const attempt = { ...JSON.parse(body), id: String(headers['webhook-id']), body, headers } as Attempt
    self.attempts.push(attempt)
    const answer = self.answer(attempt)
    if (typeof answer === 'function') return answer(response)
    if (answer < 300) self.taken.push(attempt)
    response.writeHead(answer).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return self
}

const isAbout = ({ data }: Attempt, id?: string) => id === undefined || Object.values(data).includes(id)

/** Whether one of the signatures is what this secret makes of it, by the library of Standard Webhooks. */
export function isSignedWith(secret: string, { id, body, headers }: Attempt): boolean {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000)
  return String(headers['webhook-signature'])
    .split(' ')
    .includes(new Webhook(secret).sign(id, at, body))
}

export const settings = ({ url }: Pick<Receiver, 'url'>) => ({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret })
