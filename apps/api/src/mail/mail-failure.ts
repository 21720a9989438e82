/** The mail server refused this mail for good (a 5xx reply). Trying again would change nothing. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
  /** The codes of the reply, like `550 5.1.1`. Its words are left out, as they may repeat the address. */
  readonly reply: string

  constructor(reply: string) {
    super(`The mail server refused the mail for good: ${reply}`)
    this.reply = reply
  }
}

/** The errors that the SMTP client throws. */
interface SmtpError extends Error {
  code?: string
  /** The SMTP command that failed. */
  command?: string
  response?: string
  responseCode?: number
}

/**
 * What a failed attempt means. If the recipient or the mail was refused, that is final. If the connection, the login
 * or the sender was refused, the fault is here: somebody will mend it, so the mail is tried again. Addresses are
 * removed.
 */
export function mailFailure(thrown: unknown): Error {
  const error: SmtpError = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { code, command, response = '', responseCode = 0 } = error
  const isAboutTheMail = command === 'RCPT TO' || command === 'DATA'
  if (isAboutTheMail && responseCode >= 500 && responseCode < 600)
    return new MailRefused(replyCodes(response) || String(responseCode))
  const advice = command === 'STARTTLS' ? '; SMTP_URL with ?requireTLS=false would send in the clear' : ''
  return Object.assign(new Error(withoutAddresses(error.message) + advice), { code, command })
}

/** The reply code and the enhanced status code (RFC 3463). */
const replyCodes = (response: string) =>
  /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response)?.[0].replace('-', ' ') ?? ''

/** Keeps the host, which tells which server it was. */
const withoutAddresses = (text: string) => text.replace(/[^\s<>"'@]+@/g, '…@')
