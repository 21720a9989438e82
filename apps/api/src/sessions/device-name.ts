import Bowser from 'bowser'

const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const systems = new Set<string>(Object.values(Bowser.OS_MAP))

/** In place of a User-Agent, where an administrator did it. No browser says this, and a stranger who does gains nothing. */
export const administratorAgent = 'Administrator'

/**
 * A User-Agent in words: "Firefox on macOS", "curl", or "Unknown device". Only names that are known, or one plain word:
 * it stands in mails to the owner, and a stranger wrote it.
 */
export function deviceName(userAgent: string): string {
  if (userAgent === '') return 'Unknown device'
  if (userAgent === administratorAgent) return administratorAgent
  const { browser, os } = Bowser.parse(userAgent)
  const browserName = browsers.has(browser.name ?? '') ? browser.name : undefined
  if (browserName && systems.has(os.name ?? '')) return `${browserName} on ${os.name}`
  // What is no browser names itself first: `curl/8.4.0`, `okhttp/4.12`.
  return browserName ?? /^([A-Za-z][\w-]{0,30})\//.exec(userAgent)?.[1] ?? 'Unknown device'
}
