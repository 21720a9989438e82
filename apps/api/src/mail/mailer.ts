import nodemailer from 'nodemailer'
import type { Config } from '../config.ts'
import type { Mail } from './mail.ts'
import { createOutbox, type Outbox } from './outbox.ts'

/** Hands mail over. `send` resolves when the other side has accepted it, and rejects otherwise. */
export interface Mailer {
  send(mail: Mail): Promise<void>
  close(): void
  /** Where development keeps its mail; null when it really goes out, or nowhere. */
  outbox: Outbox | null
  /** False: mail goes nowhere. */
  delivers: boolean
}

/** How long a mail server may take over each step before it counts as dead. */
const timeoutMs = 10_000

/**
 * Over SMTP; else into a folder where a developer can read it; else, in production without SMTP_URL, nowhere.
 * `outboxDir` null: there is no such folder.
 */
export function createMailer({ smtpUrl, from }: Config['mail'], outboxDir: string | null): Mailer {
  if (!smtpUrl) {
    const outbox = outboxDir === null ? null : createOutbox(outboxDir)
    return { send: async (mail) => outbox?.put(mail), close() {}, outbox, delivers: outbox !== null }
  }
  const transport = nodemailer.createTransport(
    {
      url: smtpUrl,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // A mail is text and HTML that we wrote; nothing in it may make the server read a file or fetch an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  return {
    async send(mail) {
      await transport.sendMail(mail)
    },
    close: () => transport.close(),
    outbox: null,
    delivers: true,
  }
}
