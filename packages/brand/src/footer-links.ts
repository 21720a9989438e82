import { links } from './brand.ts'

const words = { help: 'Help', privacy: 'Privacy', imprint: 'Imprint' }

/** Those that are set, in the order in which they are shown. */
export const footerLinks = (): { text: string; href: string }[] =>
  (['help', 'privacy', 'imprint'] as const).flatMap((which) =>
    links[which] ? [{ text: words[which], href: links[which] }] : [],
  )
