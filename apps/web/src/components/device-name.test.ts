import { afterEach, describe, expect, it } from 'vitest'
import { german } from '../../test/german.ts'
import { passkeyName } from '../features/account/passkey-name.ts'
import { speak } from '../words/catalogue.ts'
import { deviceName } from './device-name.ts'

afterEach(() => speak({}))

describe('the name of a device', () => {
  it.each([
    ['Firefox on macOS', undefined, 'Firefox on macOS', 'Firefox auf macOS'],
    ['Firefox on macOS', '131', 'Firefox 131 on macOS', 'Firefox 131 auf macOS'],
    ['Chrome', '130', 'Chrome 130', 'Chrome 130'],
    ['curl', undefined, 'curl', 'curl'],
    ['Unknown device', undefined, 'Unknown device', 'Unbekanntes Gerät'],
    ['Administrator', undefined, 'Administrator', 'Administrator'],
  ])('%s, version %s', (device, version, inEnglish, inGerman) => {
    expect(deviceName(device, version)).toBe(inEnglish)
    speak(german)
    expect(deviceName(device, version)).toBe(inGerman)
  })
})

describe('the name of a passkey', () => {
  it.each([
    ['Chrome on Linux', 'Chrome auf Linux'],
    ['Samsung Internet for Android on Android', 'Samsung Internet for Android auf Android'],
    ['Unknown device', 'Unbekanntes Gerät'],
    ['Key on my desk', 'Key on my desk'],
    ['on Linux', 'on Linux'],
    ['iCloud Keychain', 'iCloud Keychain'],
  ])('%s is in German %s', (name, inGerman) => {
    expect(passkeyName({ name })).toBe(name)
    speak(german)
    expect(passkeyName({ name })).toBe(inGerman)
  })
})
