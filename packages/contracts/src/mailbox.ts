/** `<meta>` on the page where mail is kept for developers and not sent; and the page that shows it. */
export const mailboxMeta = 'latchkey-mailbox'
export const mailboxPath = '/dev/mailbox'

/** A cookie that scripts read, in a browser that has opened the mailbox: the port of the API, or "same". It opens nothing. */
export const mailboxOpenCookie = 'latchkey.mailbox-open'
