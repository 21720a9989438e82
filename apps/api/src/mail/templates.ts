import { brand, footerLinks } from '@latchkey/brand'
import { type Language, unknownDevice as nobodys, partsOfDevice } from '@latchkey/contracts'
import { escapeHtml } from './html.ts'
import type { Mail } from './mail.ts'
import type { MailKind } from './mail-job.model.ts'
import { german } from './words/de.ts'
import { english } from './words/en.ts'
import type { MailFacts, MailWords, Message, ToldFacts } from './words/mail-words.ts'

const spoken: Record<Language, MailWords> = { en: english, de: german }

const { colours } = brand

const footerText = ({ links }: MailWords) =>
  [brand.name, ...footerLinks().map(({ which, href }) => `${links[which]}: ${href}`)].join('\n')

const footerHtml = ({ links }: MailWords) =>
  [
    escapeHtml(brand.name),
    ...footerLinks().map(
      ({ which, href }) =>
        `<a href="${escapeHtml(href)}" style="color:inherit">${escapeHtml(links[which])}</a>`,
    ),
  ].join(' · ')

/** The mail of a kind in a language, as plain text and as HTML that follows the reader's light or dark. */
export function renderMail(kind: MailKind, to: string, facts: MailFacts, language: Language): Mail {
  const words = spoken[language]
  const { link, ip, told } = facts
  // Whatever of it was not stored is empty, so that it has all that its words use (toldIn).
  const write: (facts: ToldFacts & { told: Record<string, string> }) => Message = words.mails[kind]
  const message = write({
    link,
    ip,
    told,
    device: deviceIn(words, facts.device),
    when: words.when(facts.when),
  })
  const written = { language, words, message, link, greeting: words.greeting(facts.username) }
  return { to, subject: message.subject, text: asText(written), html: asHtml(written) }
}

interface Written {
  language: Language
  words: MailWords
  message: Message
  link: string
  greeting: string
}

/** "Firefox on macOS" in the words of a language. Names are the same in all of them. */
function deviceIn({ device, unknownDevice }: MailWords, name: string): string {
  if (name === '' || name === nobodys) return unknownDevice
  const parts = partsOfDevice(name)
  return parts ? device(parts.browser, parts.system) : name
}

function asText({ words, greeting, message: { before, button, after }, link }: Written): string {
  const action = button ? [`${button}:\n${link}`] : []
  return [greeting, ...before, ...action, ...after, footerText(words)].join('\n\n')
}

function asHtml({ language, words, greeting, message, link }: Written): string {
  const { subject, before, button, after } = message
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${linked(escapeHtml(text))}</p>`
  const action = button
    ? `<p style="margin:24px 0"><a class="button" href="${escapeHtml(link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:${colours.accent.light};color:${colours['on-accent'].light};font-weight:600;text-decoration:none">${escapeHtml(button)}</a></p>
<p class="quiet" style="margin:0 0 16px;font-size:13px;color:${colours['ink-soft'].light}">${escapeHtml(words.orOpen)} <a href="${escapeHtml(link)}" style="color:inherit;word-break:break-all">${escapeHtml(link)}</a></p>`
    : ''
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>
@media (prefers-color-scheme: dark) {
  body, .page { background: ${colours.paper.dark} !important; color: ${colours.ink.dark} !important; }
  .card { background: ${colours.surface.dark} !important; border-color: ${colours.line.dark} !important; }
  .quiet { color: ${colours['ink-soft'].dark} !important; }
  .button { background: ${colours.accent.dark} !important; color: ${colours['on-accent'].dark} !important; }
}
</style>
</head>
<body style="margin:0;background:${colours.paper.light};color:${colours.ink.light};font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<div class="page" style="padding:32px 16px;background:${colours.paper.light}">
<div class="card" style="max-width:520px;margin:0 auto;padding:32px;background:${colours.surface.light};border:1px solid ${colours.line.light};border-radius:12px">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">${escapeHtml(subject)}</h1>
${paragraph(greeting)}
${before.map(paragraph).join('\n')}
${action}
${after.map(paragraph).join('\n')}
<p class="quiet" style="margin:24px 0 0;font-size:13px;color:${colours['ink-soft'].light}">${footerHtml(words)}</p>
</div>
</div>
</body>
</html>
`
}

/** Our own addresses become links; nothing a stranger typed looks like one. */
const linked = (html: string) =>
  html.replace(/https?:\/\/[^\s<]+$/, (url) => `<a href="${url}" style="color:inherit">${url}</a>`)
