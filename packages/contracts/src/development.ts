/** `<meta name="…" content="on">` on pages of development: mail is kept and not sent, and there are `demoRoutes`. */
export const developmentMeta = 'latchkey-development'

/** The page that shows the mail. */
export const mailboxPath = '/dev/mailbox'

/**
 * A cookie that scripts read, in a browser that has opened the mailbox: the port of the API, or "same". It opens
 * nothing.
 */
export const mailboxOpenCookie = 'latchkey.mailbox-open'
