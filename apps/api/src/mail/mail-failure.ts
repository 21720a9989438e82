/** The mail server has refused this mail for good (a 5xx reply): trying again would change nothing. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
  /** The reply's codes, like `550 5.1.1`; its words may repeat the address. */
  readonly reply: string

  constructor(reply: string) {
    super(`The mail server refused the mail for good: ${reply}`)
    this.reply = reply
  }
}

/** What the SMTP client throws. */
interface SmtpError extends Error {
  code?: string
  /** What was being said when it went wrong. */
  command?: string
  response?: string
  responseCode?: number
}

/**
 * What a failed attempt means. A refusal of the recipient or of the mail is final. One of the connection, the login or the
 * sender is about this installation: somebody will mend it, and the mail is still wanted. No address stays in the clear.
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

/** With the host, which says which server it is about. A reply may be as long as its server likes. */
const withoutAddresses = (text: string) => text.slice(0, 1000).replace(/[^\s<>"'@]+@/g, '…@')
