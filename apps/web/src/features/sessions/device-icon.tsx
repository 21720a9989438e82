import { type DeviceForm, partsOfDevice } from '@latchkey/contracts'
import styles from './device-icon.module.css'

/** A picture of what the words beside it say. */
export function DeviceIcon({ device, form }: { device: string; form?: DeviceForm | undefined }) {
  return (
    <span className={styles.plate} aria-hidden="true">
      <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true">
        <path d={pictures[form ?? formOf(device)]} />
      </svg>
    </span>
  )
}

const phone =
  'M8 2.75h8A1.25 1.25 0 0 1 17.25 4v16A1.25 1.25 0 0 1 16 21.25H8A1.25 1.25 0 0 1 6.75 20V4A1.25 1.25 0 0 1 8 2.75ZM10.75 18.25h2.5'
const computer =
  'M5 4.75h14a1 1 0 0 1 1 1v9.5H4v-9.5a1 1 0 0 1 1-1ZM2.5 15.25h19l-1.2 3.3a1 1 0 0 1-.95.7H4.65a1 1 0 0 1-.95-.7Z'
const terminal =
  'M4 4.75h16a1 1 0 0 1 1 1v12.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.75a1 1 0 0 1 1-1ZM7 9.25l3 2.75-3 2.75M12.5 15h4.5'

const tablet =
  'M6 3.25h12A1.25 1.25 0 0 1 19.25 4.5v15A1.25 1.25 0 0 1 18 20.75H6a1.25 1.25 0 0 1-1.25-1.25v-15A1.25 1.25 0 0 1 6 3.25ZM10.5 17.75h3'

const pictures = { phone, tablet, computer, other: terminal }

/** Where the API did not tell: what its words say. */
function formOf(device: string): keyof typeof pictures {
  if (/\b(Android|iOS)\b/.test(device)) return 'phone'
  return partsOfDevice(device) ? 'computer' : 'other'
}
