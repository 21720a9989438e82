import { catalogue } from '../catalogue.ts'

/** Of shared components. The sign-in page downloads them: what it does not show is in `common-inside.ts`. */
export const words = catalogue('common', {
  loading: 'Loading…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  links: { help: 'Help', privacy: 'Privacy', imprint: 'Imprint' },

  email: 'Email',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  capsLockIsOn: 'Caps Lock is on.',
  codeFromApp: 'Code from your app',
  codeFromAppHint: 'Six digits. A new one comes every 30 seconds.',
  recoveryCode: 'Recovery code',
  recoveryCodeHint: 'One of the codes you saved. Each works once.',

  /** `wait`: "5 seconds", or one of the two below. */
  tooManyAttempts: (wait: string) => `Too many attempts. Try again in ${wait}.`,
  /** "1:30" */
  minutes: (clock: string) => `${clock} minutes`,
  /** "2 hours" */
  about: (hours: string) => `about ${hours}`,
  canTryAgain: 'You can try again now.',
})
