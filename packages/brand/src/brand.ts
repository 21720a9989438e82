// What makes it yours. Pages, mails, icons and the names in other people's apps follow this file; tests check the rest.
import type { Colour, Links, Logo } from './shapes.ts'

/** What people call it: in the tab, in mails, in authenticator apps, beside passkeys. */
export const name = 'Latchkey'

/** One sentence, for link previews. */
export const description = `${name}: sign-in that you run yourself.`

/** `sender`: whom mails come from, where MAIL_FROM is an address without a name. */
export const mail = { sender: name }

/** Shown below the entrance pages and in mails. Whole addresses, like `https://example.com/privacy`. */
export const links: Links = {}

/** A key that is also an L. The page and every icon are drawn from it, in `accent` and `on-accent`. */
export const logo: Logo = {
  size: 32,
  plateRadius: 8,
  paths: [
    { d: 'M12.5 6.5a4 4 0 1 1 0 8a4 4 0 1 1 0-8Z', stroke: 2.6 },
    { d: 'M12.5 14.5V25H21.5M17.5 25V21.5M21.5 25V21', stroke: 2.6 },
  ],
}

/** Warm paper, ink, and one accent, the green of old brass. Each is the custom property of its name: `var(--paper)`. */
export const colours = {
  /** Behind everything, and what stands on it: cards, fields; wells in them. */
  paper: { light: '#f7f5f0', dark: '#131512' },
  surface: { light: '#ffffff', dark: '#1c1f1b' },
  'surface-sunken': { light: '#f1eee6', dark: '#151714' },
  /** Text, and text that matters less. */
  ink: { light: '#1b1c19', dark: '#f0efe9' },
  'ink-soft': { light: '#55534b', dark: '#b7b4a9' },
  /** Lines that part things, and edges of fields and buttons. */
  line: { light: '#e3ded3', dark: '#31352f' },
  'line-strong': { light: '#878377', dark: '#7c7f75' },
  /** Links, main buttons, the focus ring, the logo. */
  accent: { light: '#0e5f4e', dark: '#74d3b6' },
  'accent-strong': { light: '#0a4b3d', dark: '#97e2cb' },
  'accent-soft': { light: '#e2eee8', dark: '#18332b' },
  'on-accent': { light: '#ffffff', dark: '#05241c' },
  danger: { light: '#a22b1f', dark: '#ff9f91' },
  'danger-soft': { light: '#fbe9e5', dark: '#3b1d19' },
  'on-danger': { light: '#ffffff', dark: '#37100b' },
  warning: { light: '#7a4d00', dark: '#efc56f' },
  'warning-soft': { light: '#fbf0d6', dark: '#33280f' },
  positive: { light: '#0e5f4e', dark: '#74d3b6' },
  /** The dark half of the entrance, and the picture in link previews. */
  panel: { light: '#0c3b31', dark: '#0c2a23' },
  'panel-ink': { light: '#eef5f1', dark: '#e8f2ed' },
  'panel-ink-soft': { light: '#b5d0c5', dark: '#a5c3b7' },
  'panel-line': { light: '#2b6455', dark: '#24503f' },
} satisfies Record<string, Colour>
