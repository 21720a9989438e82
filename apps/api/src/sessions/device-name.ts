import Bowser from 'bowser'

/** A User-Agent in words: "Firefox on macOS", "curl", or "Unknown device". */
export function deviceName(userAgent: string): string {
  if (userAgent === '') return 'Unknown device'
  const { browser, os } = Bowser.parse(userAgent)
  if (browser.name && os.name) return `${browser.name} on ${os.name}`
  // What is no browser names itself first: `curl/8.4.0`, `okhttp/4.12`.
  return browser.name || /^[\w.-]{1,40}/.exec(userAgent)?.[0] || 'Unknown device'
}
