import { brand, colourStyles } from '@latchkey/brand'
import { escapeHtml } from './html.ts'
import type { StoredMail } from './outbox.ts'

const time = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })

/** The list of mails as a page. `path` is where it stands; its style is at `style.css` below. */
export function mailboxPage(mails: StoredMail[], path: string): string {
  const rows = mails.map(
    ({ id, at, to, subject }) => `<li><a href="${path}/${encodeURIComponent(id)}">
<span class="subject">${escapeHtml(subject)}</span>
<span class="to">to ${escapeHtml(to)}</span>
<time datetime="${escapeHtml(at)}">${time.format(new Date(at))}</time>
</a></li>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${path}/style.css">
<script src="/before-paint.js"></script>
<title>Mailbox · ${escapeHtml(brand.name)}</title>
</head>
<body>
<header><a href="/"><img src="/favicon.svg" alt="">${escapeHtml(brand.name)}</a></header>
<main>
<h1>Mailbox</h1>
<p class="lead">Mail of development, which is kept here and not sent, because <code>SMTP_URL</code> is not set. The page looks for more every five seconds.</p>
${rows.length > 0 ? `<ul>${rows.join('')}</ul>` : '<p class="none">Nothing yet. Sign up, or forget a password.</p>'}
</main>
</body>
</html>
`
}

/** The look of the web app, as far as a list needs it. */
export const mailboxStyle = `
${colourStyles()}
:root { color-scheme: light dark; }
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
*, *::before, *::after { box-sizing: border-box; margin: 0; }
html { background: var(--paper); color: var(--ink); font: 400 100%/1.55 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header { border-block-end: 1px solid var(--line); background: var(--surface); }
header, main { padding: 0.75rem clamp(1rem, 4vw, 2.5rem); }
header a, main > * { max-inline-size: 48rem; margin-inline: auto; }
header a { display: flex; align-items: center; gap: 0.75rem; min-block-size: 2.75rem; color: inherit; font-weight: 650; text-decoration: none; }
img { inline-size: 2rem; block-size: 2rem; }
main { padding-block: clamp(1.5rem, 4vw, 3rem) 4.5rem; }
h1 { font-size: clamp(1.75rem, 1.5rem + 1.2vw, 2.25rem); font-weight: 680; line-height: 1.2; letter-spacing: -0.02em; }
.lead { margin-block: 0.5rem 1.5rem; color: var(--ink-soft); }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.9em; }
ul, .none { padding: 0; border: 1px solid var(--line); border-radius: 1rem; background: var(--surface); overflow: hidden; list-style: none; }
.none { padding: 1.5rem; color: var(--ink-soft); }
li + li { border-block-start: 1px solid var(--line); }
li a { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; padding: 0.75rem 1.5rem; color: inherit; text-decoration: none; }
li a:hover { background: var(--surface-sunken); }
li a:hover .subject { text-decoration: underline; }
.subject { font-weight: 600; color: var(--accent); overflow-wrap: anywhere; }
.to, time { font-size: 0.875rem; color: var(--ink-soft); }
.to { grid-column: 1; overflow-wrap: anywhere; }
time { grid-area: 1 / 2; align-self: center; font-variant-numeric: tabular-nums; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
@media (max-width: 30rem) {
  li a { grid-template-columns: minmax(0, 1fr); }
  time { grid-area: auto; align-self: auto; }
}
`
