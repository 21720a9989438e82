import { createHash, randomBytes } from 'node:crypto'

/** A browser, as its `device` cookie names it: 256 random bits. The database keeps only their hash. */
export interface DeviceId {
  id: string
  idHash: string
}

/** The id a browser already has, or a new one. */
export function deviceId(presented: string | undefined): DeviceId {
  const id = presented ?? randomBytes(32).toString('base64url')
  return { id, idHash: hashDeviceId(id) }
}

export const hashDeviceId = (id: string) => createHash('sha256').update(id).digest('base64url')
