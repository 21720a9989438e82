export type { SignedInSession } from './collaborators.ts'
export { createSessions, type Sessions } from './create-sessions.ts'
export { isDatabaseOutage, notNow } from './database-outage.ts'
export { type DeviceId, deviceId, hashDeviceId } from './device-id.ts'
export { administratorDevice, describeDevice, deviceName } from './device-name.ts'
export { cookieNamesOf } from './express/cookie-names.ts'
export { deviceOf } from './express/device.ts'
export { signInLockOf, trustProofOf, wantsTokenInBody } from './express/refresh-headers.ts'
export type { RefreshOutcome, RequestFacts } from './express/request-facts.ts'
export type { OwnerDescription, SessionOwner } from './owner.ts'
export type { TrustProof } from './refresh/refresh-lock.ts'
export type { OnRevoked, Revocations, Revoked } from './revocations/revocations.ts'
export { byAdministrator } from './revoke.ts'
export { sameNetwork } from './same-network.ts'
export {
  consumedLimit,
  type Device,
  liveSession,
  methodsIn,
  type Session,
  sessionSchema,
  sessionsIn,
} from './session.schema.ts'
export type { SessionEvent } from './session-events.ts'
export { sessionView } from './session-view.ts'
export { defaultSettings, longestAccessTokenSeconds, type SessionSettings } from './settings.ts'
export { signingKey } from './tokens/signing-keys.ts'
