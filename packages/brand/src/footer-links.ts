import { links } from './brand.ts'
import type { Links } from './shapes.ts'

const words = { help: 'Help', privacy: 'Privacy', imprint: 'Imprint' }

/** Those that are set, in the order in which they are shown. `text`: in English. */
export const footerLinks = (): { which: keyof Links; text: string; href: string }[] =>
  (['help', 'privacy', 'imprint'] as const).flatMap((which) =>
    links[which] ? [{ which, text: words[which], href: links[which] }] : [],
  )
