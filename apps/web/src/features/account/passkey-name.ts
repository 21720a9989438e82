import { type Passkey, partsOfDevice, unknownDevice } from '@latchkey/contracts'
import { deviceName } from '../../components/device-name.ts'

/** What its person calls it, or else the API: by the device that it was made on, in the words of the page. */
export const passkeyName = ({ name }: Pick<Passkey, 'name'>): string =>
  isOfDevice(name) ? deviceName(name) : name

/** Only of systems that there are: "Key on my ring" is somebody's own name. */
const isOfDevice = (name: string): boolean =>
  name === unknownDevice || systems.has(partsOfDevice(name)?.system ?? '')

const systems = new Set(['Android', 'Chrome OS', 'HarmonyOS', 'iOS', 'Linux', 'macOS', 'Tizen', 'Windows'])
