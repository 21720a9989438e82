import { catalogue } from '../catalogue.ts'

export const words = catalogue('sessions', {
  sessions: 'Sessions',
  lead: 'Every browser and app that is signed in to your account. End any you don’t recognise or no longer use.',
  loading: 'Loading your sessions…',
  thisDevice: 'This device',
  otherDevices: 'Other devices',
  nowhereElse: 'You are not signed in anywhere else.',

  deviceOn: (browser: string, system: string) => `${browser} on ${system}`,
  unknownDevice: 'Unknown device',
  administrator: 'Administrator',
  orAnIPad: (device: string) => `${device} or on an iPad, which says the same`,
  nameSignedIn: (name: string, when: string) => `${name}, signed in ${when}`,
  nameNumber: (name: string, number: number) => `${name}, number ${number}`,

  inUseNow: 'in use now',
  details: 'Details',
  browser: 'Browser',
  signedIn: 'Signed in',
  /** `by`: "password and code". */
  signedInWhen: (by: string | null, isFromElsewhere: boolean) =>
    `{when}${by ? `, with ${by}` : ''}${isFromElsewhere ? ', from {address}' : ''}`,
  lastUsedFrom: 'Last used from',
  lastUsed: 'Last used',
  expires: 'Expires',

  rename: 'Rename',
  renameIt: (name: string) => `Rename ${name}`,
  renameSession: 'Rename this session',
  name: 'Name',
  emptyName: 'Leave it empty to use the browser’s name.',
  save: 'Save',
  cancel: 'Cancel',

  signOut: 'Sign out',
  end: 'End',
  endIt: (name: string) => `End the session ${name}`,
  endQuestion: (name: string) => `End this session? ${name} will have to sign in again.`,
  endSession: 'End session',
  ended: (name: string) => `The session ${name} has ended.`,
  endOthers: 'End all others',
  endOthersQuestion: (count: number) =>
    `End all ${count} other sessions? Those devices will have to sign in again.`,
  endAll: (count: number) => `End all ${count}`,
  othersEnded: 'All other sessions have ended.',

  signOutEverywhere: 'Sign out everywhere',
  aboutSignOutEverywhere:
    'Ends every session, including this one. Within a second, no device can act on your behalf any more.',
  signOutEverywhereQuestion: 'Sign out on every device, including this one?',

  loadingBrowsers: 'Loading the browsers…',
  knownBrowsers: 'Known browsers',
  aboutKnownBrowsers:
    'These have signed in before, so nobody else’s wrong passwords can lock them out. Forgetting one does not sign it out; its next sign-in will count as one from a new device.',
  noKnownBrowsers:
    'No browser is remembered. The next sign-in from any of them will count as one from a new device.',
  thisBrowser: (device: string) => `${device} (this browser)`,
  version: (version: string) => `Version ${version}`,
  lastSignedIn: 'last signed in {when}',
  trustedUntil: 'Signs in without your second step until {date}',
  stopTrusting: 'Stop trusting',
  stopTrustingIt: (name: string) => `Stop trusting ${name}`,
  stopTrustingQuestion: (name: string) =>
    `Stop trusting ${name}? Its next sign-in will ask for your second step.`,
  trustedNoMore: (name: string) => `${name} is no longer trusted.`,
  forget: 'Forget',
  forgetIt: (name: string) => `Forget ${name}`,
  forgetQuestion: (name: string) => `Forget ${name}? Its next sign-in will count as one from a new device.`,
  forgetTrustedQuestion: (name: string) =>
    `Forget ${name}? Its next sign-in will count as one from a new device, and ask for your second step.`,
  forgotten: (name: string) => `${name} has been forgotten.`,
})
