import Bowser from 'bowser'
import { recentlyUsed } from './recently-used.ts'

const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const systems = new Set<string>(Object.values(Bowser.OS_MAP))

/** In place of a User-Agent, where an administrator did it. No browser says this, and a stranger who does gains nothing. */
export const administratorAgent = 'Administrator'

/**
 * A User-Agent in words: "Firefox on macOS", "curl", or "Unknown device". Only names that are known, or one plain word:
 * it stands in mails to the owner, and a stranger wrote it.
 */
export function deviceName(userAgent: string): string {
  const known = names.get(userAgent)
  if (known !== undefined) return known
  const name = readName(userAgent)
  names.set(userAgent, name)
  return name
}

/** A list of thousands of events tells of a few devices, and reading each name takes some 6 µs. */
const names = recentlyUsed<string>(500)

function readName(userAgent: string): string {
  if (userAgent === '') return 'Unknown device'
  if (userAgent === administratorAgent) return administratorAgent
  const { browser, os } = Bowser.parse(userAgent)
  const browserName = browsers.has(browser.name ?? '') ? browser.name : undefined
  if (browserName && systems.has(os.name ?? '')) return `${browserName} on ${os.name}`
  // What is no browser names itself first: `curl/8.4.0`, `okhttp/4.12`.
  return browserName ?? /^([A-Za-z][\w-]{0,30})\//.exec(userAgent)?.[1] ?? 'Unknown device'
}
