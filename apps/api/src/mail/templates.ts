import { escapeHtml } from './html.ts'
import type { Mail } from './mail.ts'
import type { MailKind } from './mail-job.model.ts'

/** What a mail can mention. `link` is set for the kinds that need one. */
export interface MailFacts {
  username: string
  link: string
  device: string
  ip: string
  /** When it happened, in words. */
  when: string
}

interface Message {
  subject: string
  /** Paragraphs before and after the button. */
  before: string[]
  button?: string
  after: string[]
}

type Template = (facts: MailFacts) => Message

const notYou = 'If it wasn’t you, change your password and sign out your other devices: '

const templates: Record<MailKind, Template> = {
  verify_email: () => ({
    subject: 'Confirm your email address',
    before: ['Please confirm that this is your email address.'],
    button: 'Confirm my address',
    after: [
      'The link works once, within 24 hours. If you didn’t create an account, you can ignore this email.',
    ],
  }),
  reset_password: () => ({
    subject: 'Reset your password',
    before: ['We received a request to reset the password of your account.'],
    button: 'Choose a new password',
    after: [
      'The link works once, within 30 minutes. A new password signs you out on all devices.',
      'If you didn’t ask for this, you can ignore this email. Your password stays the same.',
    ],
  }),
  confirm_new_email: () => ({
    subject: 'Confirm your new email address',
    before: ['You asked to use this address for your account.'],
    button: 'Use this address',
    after: [
      'The link works once, within 24 hours. If you didn’t ask for this, ignore this email and nothing changes.',
    ],
  }),
  email_changed: ({ when }) => ({
    subject: 'Your email address was changed',
    before: [`The email address of your account was changed on ${when}. This address is no longer used.`],
    after: [
      'If it wasn’t you, someone knows your password. Contact the people who run this service right away.',
    ],
  }),
  password_changed: ({ when, device, ip, link }) => ({
    subject: 'Your password was changed',
    before: [
      `Your password was changed on ${when}, from ${device} (${ip}). Your other devices were signed out.`,
    ],
    after: [`If it wasn’t you, reset your password now: ${link}`],
  }),
  new_device: ({ when, device, ip, link }) => ({
    subject: 'A new device signed in to your account',
    before: [`${device} (${ip}) signed in to your account on ${when}, for the first time.`],
    after: [`If it was you, there is nothing to do. ${notYou}${link}`],
  }),
  copied_session_refused: ({ when, device, ip, link }) => ({
    subject: 'A copy of your session was refused',
    before: [
      `On ${when}, ${device} (${ip}) used the cookies of one of your sessions, but not the key that only your browser has.`,
      'It was refused, and you stay signed in. Someone may have copied files from your browser.',
    ],
    after: [`${notYou}${link}`],
  }),
  token_reused: ({ when, device, ip, link }) => ({
    subject: 'One of your sessions was ended',
    before: [
      `On ${when}, ${device} (${ip}) used an old refresh token. Two programs were using the same session, so it was ended for both.`,
      'One of your own programs may have started from an old copy. Or someone may have stolen the token.',
    ],
    after: [`${notYou}${link}`],
  }),
  failed_sign_ins: ({ when, ip, link }) => ({
    subject: 'Many failed sign-ins to your account',
    before: [
      `Someone tried many times to sign in to your account and failed, most recently on ${when} from ${ip}.`,
    ],
    after: [`Your password was not guessed. If it is short, or you use it elsewhere too, change it: ${link}`],
  }),
  account_deleted: ({ when }) => ({
    subject: 'Your account was deleted',
    before: [`Your account and its data were deleted on ${when}.`],
    after: ['If it wasn’t you, contact the people who run this service right away.'],
  }),
}

/** Renders a mail as plain text and as HTML. The HTML follows the reader's light or dark theme. */
export function renderMail(kind: MailKind, to: string, facts: MailFacts): Mail {
  const message = templates[kind](facts)
  const greeting = `Hello ${facts.username},`
  return {
    to,
    subject: message.subject,
    text: asText(greeting, message, facts),
    html: asHtml(greeting, message, facts),
  }
}

function asText(greeting: string, { before, button, after }: Message, { link }: MailFacts): string {
  return [greeting, ...before, ...(button ? [`${button}:\n${link}`] : []), ...after, 'Latchkey'].join('\n\n')
}

function asHtml(greeting: string, { subject, before, button, after }: Message, { link }: MailFacts): string {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${linked(escapeHtml(text))}</p>`
  const action = button
    ? `<p style="margin:24px 0"><a class="button" href="${escapeHtml(link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#0f5b4a;color:#ffffff;font-weight:600;text-decoration:none">${escapeHtml(button)}</a></p>
<p class="quiet" style="margin:0 0 16px;font-size:13px;color:#5d5d57">Or open this address: <a href="${escapeHtml(link)}" style="color:inherit;word-break:break-all">${escapeHtml(link)}</a></p>`
    : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>
@media (prefers-color-scheme: dark) {
  body, .page { background: #161715 !important; color: #e9e8e2 !important; }
  .card { background: #1f211e !important; border-color: #363833 !important; }
  .quiet { color: #a9a9a1 !important; }
  .button { background: #8fe3c8 !important; color: #10201b !important; }
}
</style>
</head>
<body style="margin:0;background:#f6f5f0;color:#1b1c1a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<div class="page" style="padding:32px 16px;background:#f6f5f0">
<div class="card" style="max-width:520px;margin:0 auto;padding:32px;background:#ffffff;border:1px solid #e2e0d8;border-radius:12px">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">${escapeHtml(subject)}</h1>
${paragraph(greeting)}
${before.map(paragraph).join('\n')}
${action}
${after.map(paragraph).join('\n')}
<p class="quiet" style="margin:24px 0 0;font-size:13px;color:#5d5d57">Latchkey</p>
</div>
</div>
</body>
</html>
`
}

/** Turns our own addresses into links. Nothing that a stranger typed becomes a link. */
const linked = (html: string) =>
  html.replace(/https?:\/\/[^\s<]+$/, (url) => `<a href="${url}" style="color:inherit">${url}</a>`)
