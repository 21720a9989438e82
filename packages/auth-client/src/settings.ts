import type { RefreshTransport } from './body-transport.ts'
import { browserEnvironment, type ClientEnvironment } from './environment.ts'

export interface AuthClientOptions {
  /** Where the API stands. Default: `/api` on the page's own origin. */
  baseUrl?: string
  /**
   * What the API's cookies are called before the dot (`COOKIE_PREFIX`). Default: what the page's
   * `<meta name="latchkey-cookie-prefix">` says, or `latchkey`.
   */
  cookiePrefix?: string
  /** Told of each request whether an answer came, whatever it says. Not told of one that was cancelled. */
  onOutcome?: (isAnswered: boolean) => void
  /** The language of the page (BCP 47), asked for with each request: its `Accept-Language`. Default: the browser's own. */
  language?: () => string
  /**
   * How the refresh token travels. Default: in a cookie that no script can read. For programs without cookies, such as a
   * command line or React Native: `bodyTransport(store)`.
   */
  refreshTransport?: RefreshTransport
  /** The edges of the world; each defaults to the browser's own. */
  environment?: Partial<ClientEnvironment>
}

/** The options with every default filled in. */
export interface Settings {
  baseUrl: string
  cookiePrefix: string
  onOutcome: (isAnswered: boolean) => void
  language: (() => string) | undefined
  refreshTransport: RefreshTransport | undefined
  environment: ClientEnvironment
}

export const settingsOf = ({
  baseUrl = '/api',
  cookiePrefix,
  onOutcome = () => undefined,
  language,
  refreshTransport,
  environment,
}: AuthClientOptions): Settings => ({
  baseUrl,
  cookiePrefix: cookiePrefix ?? prefixOfPage() ?? 'latchkey',
  onOutcome,
  language,
  refreshTransport,
  environment: { ...browserEnvironment(), ...environment },
})

function prefixOfPage(): string | undefined {
  if (typeof document === 'undefined') return undefined
  return document.querySelector<HTMLMetaElement>('meta[name="latchkey-cookie-prefix"]')?.content
}
