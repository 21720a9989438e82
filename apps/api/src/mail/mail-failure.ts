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
 * What a failed attempt means. A refusal of the recipient or of the mail is final. Anything else is about this installation:
 * somebody will mend it, and the mail is still wanted. No address stays in the clear.
 */
export function mailFailure(thrown: unknown): Error {
  const error: SmtpError = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { code, command, response = '', responseCode = 0 } = error
  const isOfOneMail = command === 'RCPT TO' || command === 'DATA'
  if (isOfOneMail && responseCode >= 500 && responseCode < 600 && isAboutTheMail(responseCode, response))
    return new MailRefused(replyCodes(response) || String(responseCode))
  const advice = command === 'STARTTLS' ? '; SMTP_URL with ?requireTLS=false would send in the clear' : ''
  return Object.assign(new Error(withoutAddresses(error.message) + advice), { code, command })
}

/**
 * Many servers say only here that they relay for nobody, that the sender is on a list, or that a domain vouches for nothing
 * (RFC 3463, 5248 and 7372: X.7.Z, X.1.7 and X.1.8). Of those that give no such code, it is told by the reply's and by its words.
 */
function isAboutTheMail(replyCode: number, response: string): boolean {
  const [, subject, detail] = /(?:^\d{3}[ -]|\(#)5\.(\d{1,3})\.(\d{1,3})/.exec(response) ?? []
  switch (detail === '0' && subject !== '7' ? undefined : subject) {
    case '1': // addresses
      return detail !== '7' && detail !== '8'
    case '2': // the mailbox
    case '4': // the way to it
    case '6': // content
      return true
    case '3': // the mail system
      return detail === '4' // too long
    case '5': // the protocol
    case '7': // policy
      return false
    default:
      return (
        [550, 551, 552, 553, 556].includes(replyCode) && !ofSenders.test(response.replace(/\S*@\S*/g, ''))
      )
  }
}

const ofSenders =
  /\b(?:relay|sender|sending|spf|dkim|dmarc|dnsbl|rbl|spam|black-? ?list|block|ban(?:ned|s)?\b|reputation|authenticat|helo|ehlo|ptr|reverse)/i

/** The reply code and the enhanced status code (RFC 3463). */
const replyCodes = (response: string) =>
  /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response)?.[0].replace('-', ' ') ?? ''

/** With the host, which says which server it is about. A reply may be as long as its server likes. */
const withoutAddresses = (text: string) => text.slice(0, 1000).replace(/[^\s<>"'@]+@/g, '…@')
