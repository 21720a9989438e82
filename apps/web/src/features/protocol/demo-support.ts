import { developmentMeta } from '@latchkey/contracts'

/**
 * Whether the server plays along: in development alone. It says so in the page it serves; Vite, which serves the page for
 * work on the code, does not.
 */
export const hasDemo = (): boolean =>
  import.meta.env.DEV || document.querySelector(`meta[name="${developmentMeta}"]`) !== null
