import nodemailer from 'nodemailer'
import type { Config } from '../config.ts'
import type { Mail } from './mail.ts'
import { mailFailure } from './mail-failure.ts'
import { createOutbox, type Outbox } from './outbox.ts'

/** Sends mail. `send` resolves when the other side has accepted it, and rejects with MailRefused if it never will. */
export interface Mailer {
  send(mail: Mail): Promise<void>
  close(): void
  /** Where development keeps its mail. Null: mail is really sent, or goes nowhere. */
  outbox: Outbox | null
  /** False: mail goes nowhere. */
  delivers: boolean
}

/** How long a mail server may take for each step before it counts as dead. */
const timeoutMs = 10_000

/** Prevents automatic replies (RFC 3834 §5; the second header is for Exchange). */
const automatic = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }

/**
 * Sends over SMTP. Without SMTP_URL, mail goes into a folder that a developer can read; in production it goes
 * nowhere. `outboxDir` null: there is no such folder.
 */
export function createMailer(
  { smtpUrl, requireTls, from }: Config['mail'],
  outboxDir: string | null,
): Mailer {
  if (!smtpUrl) {
    const outbox = outboxDir === null ? null : createOutbox(outboxDir)
    return { send: async (mail) => outbox?.put(mail), close() {}, outbox, delivers: outbox !== null }
  }
  const transport = nodemailer.createTransport(
    {
      url: smtpUrl,
      // No mail without STARTTLS: its links open accounts, and an attacker on the way could hide that the server
      // offers it.
      requireTLS: requireTls,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // We write the text and the HTML. Nothing in a mail may make this server read a file or fetch an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from, headers: automatic },
  )
  return {
    async send(mail) {
      try {
        await transport.sendMail(mail)
      } catch (error) {
        throw mailFailure(error)
      }
    },
    close: () => transport.close(),
    outbox: null,
    delivers: true,
  }
}
