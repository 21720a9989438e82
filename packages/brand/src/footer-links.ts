import { links } from './brand.ts'

const words = { help: 'Help', privacy: 'Privacy', imprint: 'Imprint' }

export type FooterLink = keyof typeof words

/** Those that are set, in the order in which they are shown. `text` is English. */
export const footerLinks = (): { which: FooterLink; text: string; href: string }[] =>
  (['help', 'privacy', 'imprint'] as const).flatMap((which) =>
    links[which] ? [{ which, text: words[which], href: links[which] }] : [],
  )
