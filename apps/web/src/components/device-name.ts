import { words } from '../words/en/sessions.ts'

/**
 * A device of the API's in the language of the page: "Firefox on macOS", or with its version "Firefox 131 on macOS".
 *
 * The API says "browser on system", the name of a browser or of a program alone, or one of two words of its own.
 */
export function deviceName(device: string, version?: string): string {
  if (device === 'Unknown device') return words.unknownDevice
  // What an administrator did has no device.
  if (device === 'Administrator') return words.administrator
  const [browser = device, system] = device.split(' on ')
  const versioned = version ? `${browser} ${version}` : browser
  return system ? words.deviceOn(versioned, system) : versioned
}
