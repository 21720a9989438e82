import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { eventually } from './eventually.ts'
import { whenOver } from './side-by-side.ts'

export interface ReceivedMail {
  to: string[]
  subject: string
  /** As they came, one a line. */
  headers: string
  /** Whether it came over an encrypted connection. */
  encrypted: boolean
  /** The plain-text part, decoded. */
  text: string
  html: string
}

/** How the server behaves towards the next mails. */
type Mood =
  | 'accept'
  | 'refuse'
  | 'refuse the recipient'
  | 'refuse the sender'
  | 'refuse to relay'
  | 'busy'
  | 'hang up'
  | 'silence'

export interface MailServer {
  url: string
  received: ReceivedMail[]
  /** Mails that were offered, accepted or not. */
  offered: number
  mood: Mood
  /** Milliseconds before a mail is accepted. */
  slownessMs: number
  /** Mails are accepted once it resolves. */
  held: Promise<void>
  /** Waits for the next mail to an address whose subject matches. */
  mailTo(address: string, subject: RegExp): Promise<ReceivedMail>
}

/** A real SMTP server on loopback. `startTls`: offers encryption, with a certificate of its own making. */
export async function mailServer(port = 0, { startTls = false } = {}): Promise<MailServer> {
  const self: MailServer = {
    url: '',
    received: [],
    offered: 0,
    mood: 'accept',
    slownessMs: 0,
    held: Promise.resolve(),
    mailTo: (address, subject) =>
      eventually(
        () => {
          const found = self.received.findLast(
            (mail) => mail.to.includes(address) && subject.test(mail.subject),
          )
          if (!found)
            throw new Error(
              `no mail to ${address} about ${subject}; got ${JSON.stringify(self.received.map((mail) => [mail.to, mail.subject]))}`,
            )
          return found
        },
        { interval: 20 },
      ),
  }
  const server = new SMTPServer({
    authOptional: true,
    logger: false, // and no warning that the built-in certificate is everybody's
    disabledCommands: startTls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    onMailFrom(_address, _session, done) {
      done(self.mood === 'refuse the sender' ? refusal(550, '5.7.1 sender not allowed here') : null)
    },
    onRcptTo({ address }, _session, done) {
      if (self.mood === 'refuse the recipient')
        return done(refusal(550, `5.1.1 <${address}>: no such mailbox here`))
      // Many servers say only here what is about the sender.
      if (self.mood === 'refuse to relay')
        return done(refusal(554, `5.7.1 <${address}>: Relay access denied`))
      done()
    },
    onData(stream, session, done) {
      self.offered++
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (self.mood === 'silence') return
        if (self.mood === 'hang up') return hangUp()
        if (self.mood === 'refuse') return done(refusal(552, '5.3.4 too long'))
        if (self.mood === 'busy') return done(refusal(451, '4.7.1 try later'))
        void Promise.all([delay(self.slownessMs), self.held]).then(() => {
          self.received.push(
            read(
              Buffer.concat(chunks).toString(),
              session.envelope.rcptTo.map(({ address }) => address),
              session.secure,
            ),
          )
          done()
        })
      })
    },
  })
  const sockets = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => sockets.add(socket))
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  server.on('error', () => {}) // a client that goes away is part of what is tested
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  self.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  whenOver(() => new Promise<void>((done) => server.close(() => done())))
  return self
}

/** The first link in a mail. */
export const linkIn = ({ text }: Pick<ReceivedMail, 'text'>) => /https?:\/\/\S+/.exec(text)?.[0] ?? ''
export const tokenIn = (mail: Pick<ReceivedMail, 'text'>) => new URL(linkIn(mail)).hash.replace('#token=', '')

const refusal = (responseCode: number, words: string) => Object.assign(new Error(words), { responseCode })

function read(message: string, to: string[], encrypted: boolean): ReceivedMail {
  const [head = '', ...rest] = message.split('\r\n\r\n')
  const subject = /^Subject: (.*(?:\r\n\s.*)*)/m.exec(head)?.[1]?.replace(/\r\n\s/g, ' ') ?? ''
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1] ?? ''
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`)
  const part = (type: string) =>
    decodePart(parts.find((each) => each.includes(`Content-Type: ${type}`)) ?? '')
  return { to, subject, headers: head, encrypted, text: part('text/plain'), html: part('text/html') }
}

function decodePart(part: string): string {
  const [head = '', ...rest] = part.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString()
  if (!/quoted-printable/i.test(head)) return body
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
