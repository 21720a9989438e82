import type { Passkey } from '@latchkey/contracts'
import { deviceName } from '../../components/device-name.ts'

/** What its person calls it, or else the API: by the device that it was made on, in the words of the page. */
export const passkeyName = ({ name }: Pick<Passkey, 'name'>): string =>
  isOfDevice.test(name) ? deviceName(name) : name

const isOfDevice =
  /^(?:Unknown device|[A-Z][\w .-]* on (?:Android|Chrome OS|HarmonyOS|iOS|Linux|macOS|Tizen|Windows))$/
