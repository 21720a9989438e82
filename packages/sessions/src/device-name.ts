import Bowser from 'bowser'
import { recentlyUsed } from './recently-used.ts'

const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const systems = new Set<string>(Object.values(Bowser.OS_MAP))

/**
 * Stored in place of a User-Agent when an administrator acted. No browser sends it; a stranger who does gains
 * nothing.
 */
export const administratorAgent = 'Administrator'

/**
 * A User-Agent in words: "Firefox on macOS", "curl", or "Unknown device". A stranger wrote the User-Agent, and the
 * result is shown in mails. So it holds only known names, or one plain word.
 */
export function deviceName(userAgent: string): string {
  const known = names.get(userAgent)
  if (known !== undefined) return known
  const name = readName(userAgent)
  names.set(userAgent, name)
  return name
}

/** Reading a name takes about 6 µs, and a list of thousands of events names only a few devices. */
const names = recentlyUsed<string>(500)

function readName(userAgent: string): string {
  if (userAgent === '') return 'Unknown device'
  if (userAgent === administratorAgent) return administratorAgent
  const { browser, os } = Bowser.parse(userAgent)
  const browserName = browsers.has(browser.name ?? '') ? browser.name : undefined
  if (browserName && systems.has(os.name ?? '')) return `${browserName} on ${os.name}`
  // Clients that are not browsers put their name first: `curl/8.4.0`, `okhttp/4.12`.
  return browserName ?? /^([A-Za-z][\w-]{0,30})\//.exec(userAgent)?.[1] ?? 'Unknown device'
}
