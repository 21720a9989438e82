import { administratorName, partsOfDevice, unknownDevice } from '@latchkey/contracts'
import { words } from '../words/en/sessions.ts'

/**
 * A device of the API's in the language of the page: "Firefox on macOS", or with its version "Firefox 131 on macOS".
 *
 * The API says "browser on system", the name of a browser or of a program alone, or one of two words of its own.
 */
export function deviceName(device: string, version?: string): string {
  if (device === unknownDevice) return words.unknownDevice
  if (device === administratorName) return words.administrator
  const { browser, system } = partsOfDevice(device) ?? { browser: device, system: null }
  const versioned = version ? `${browser} ${version}` : browser
  return system === null ? versioned : words.deviceOn(versioned, system)
}
