import type { Transporter } from 'nodemailer'
import type { Config } from '../config.ts'
import type { Mail } from './mail.ts'
import { mailFailure } from './mail-failure.ts'
import { createOutbox, type Outbox } from './outbox.ts'

/** Hands mail over. `send` resolves when the other side has accepted it; rejects with MailRefused when it never will. */
export interface Mailer {
  send(mail: Mail): Promise<void>
  close(): void
  /** Connects and signs in, and sends nothing; rejects with the reason. Null: there is no mail server. */
  verify: (() => Promise<void>) | null
  /** Where development keeps its mail; null when it really goes out, or nowhere. */
  outbox: Outbox | null
  /** False: mail goes nowhere. */
  delivers: boolean
}

/** How long a mail server may take over each step before it counts as dead. */
const timeoutMs = 10_000

/** Nobody's holiday notice answers it (RFC 3834 §5; the second header is what Exchange reads). */
const automatic = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }

/**
 * Over SMTP; else into a folder where a developer can read it; else, in production without SMTP_URL, nowhere.
 * `outboxDir` null: there is no such folder.
 */
export function createMailer(
  { smtpUrl, requireTls, from }: Config['mail'],
  outboxDir: string | null,
): Mailer {
  if (!smtpUrl) {
    const outbox = outboxDir === null ? null : createOutbox(outboxDir)
    return {
      send: async (mail) => outbox?.put(mail),
      close() {},
      verify: null,
      outbox,
      delivers: outbox !== null,
    }
  }
  let opened: Promise<Transporter> | undefined
  /** With the first mail: loading the library takes a twentieth of the start. */
  const transport = () => {
    opened ??= openTransport(smtpUrl, requireTls, from)
    return opened
  }
  return {
    async send(mail) {
      try {
        await (await transport()).sendMail(mail)
      } catch (error) {
        throw mailFailure(error)
      }
    },
    close: () => void opened?.then((open) => open.close()),
    async verify() {
      try {
        await (await transport()).verify()
      } catch (error) {
        throw mailFailure(error)
      }
    },
    outbox: null,
    delivers: true,
  }
}

async function openTransport(url: string, requireTLS: boolean, from: string): Promise<Transporter> {
  const { default: nodemailer } = await import('nodemailer')
  return nodemailer.createTransport(
    {
      url,
      // Without STARTTLS no mail: its links open accounts, and whoever is on the way could suppress the offer.
      requireTLS,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // A mail is text and HTML that we wrote; nothing in it may make the server read a file or fetch an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from, headers: automatic },
  )
}
