import { administratorName, type DeviceForm, nameOfDevice, unknownDevice } from '@latchkey/contracts'
import Bowser from 'bowser'
import { recentlyUsed } from './recently-used.ts'

const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const systems = new Set<string>(Object.values(Bowser.OS_MAP))

/**
 * Stored in place of a User-Agent when an administrator acted. No browser sends it; a stranger who does gains
 * nothing.
 */
export const administratorAgent = administratorName

/** The client in events that an administrator or the operator causes: nobody's browser did it, and nobody learns where they are. */
export const administratorDevice = { ip: '', userAgent: administratorAgent }

/**
 * A User-Agent in words: "Firefox on macOS", "curl", or "Unknown device". A stranger wrote the User-Agent, and the
 * result is shown in mails. So it holds only known names, or one plain word.
 */
export const deviceName = (userAgent: string): string => describeDevice(userAgent).device

export interface DeviceDescription {
  device: string
  /** What kind of thing it is, where the User-Agent tells. An iPad calls itself a Mac. */
  form?: DeviceForm
  /** The browser's, without what comes after its first dot. */
  version?: string
}

/** The same, with what else a User-Agent tells. */
export function describeDevice(userAgent: string): DeviceDescription {
  const known = descriptions.get(userAgent)
  if (known !== undefined) return known
  const described = read(userAgent)
  descriptions.set(userAgent, described)
  return described
}

/** Reading one takes about 6 µs, and a list of thousands of events names only a few devices. */
const descriptions = recentlyUsed<DeviceDescription>(500)

const forms: Record<string, DeviceForm | undefined> = {
  mobile: 'phone',
  tablet: 'tablet',
  desktop: 'computer',
}

function read(userAgent: string): DeviceDescription {
  if (userAgent === '') return { device: unknownDevice }
  if (userAgent === administratorAgent) return { device: administratorName }
  const { browser, os, platform } = Bowser.parse(userAgent)
  const browserName = browsers.has(browser.name ?? '') ? browser.name : undefined
  // Clients that are not browsers put their name first: `curl/8.4.0`, `okhttp/4.12`.
  if (!browserName) {
    return { device: /^([A-Za-z][\w-]{0,30})\//.exec(userAgent)?.[1] ?? unknownDevice }
  }
  const form = forms[platform.type ?? '']
  const version = /^\d{1,6}/.exec(browser.version ?? '')?.[0]
  return {
    device: systems.has(os.name ?? '') ? nameOfDevice(browserName, os.name ?? '') : browserName,
    ...(form && { form }),
    ...(version && { version }),
  }
}
