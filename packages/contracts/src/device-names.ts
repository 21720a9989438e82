// What a device is called: the API says it in English, and pages and mails say it again in the language of their reader.

export const unknownDevice = 'Unknown device'

/** In place of a device, where an administrator acted. */
export const administratorName = 'Administrator'

export const nameOfDevice = (browser: string, system: string): string => `${browser} on ${system}`

/** The parts of "Firefox on macOS". Null: it is the name of a browser or a program alone, or one of the two above. */
export function partsOfDevice(device: string): { browser: string; system: string } | null {
  const [, browser, system] = /^(.+) on (.+)$/.exec(device) ?? []
  return browser && system ? { browser, system } : null
}
