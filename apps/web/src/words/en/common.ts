import { catalogue } from '../catalogue.ts'

/** Of shared components. The entrance downloads them: what only the pages behind it show is in `common-inside.ts`. */
export const words = catalogue('common', {
  skipToContent: 'Skip to content',
  loading: 'Loading…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  links: { help: 'Help', privacy: 'Privacy', imprint: 'Imprint' },

  email: 'Email',
  usernameRule: (min: number, max: number) =>
    `${min} to ${max} letters, digits, dots, dashes or underscores.`,
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  capsLockIsOn: 'Caps Lock is on.',
  passwordRule: (shortest: number) =>
    `At least ${shortest} characters. A few unrelated words make a good one.`,
  strength: {
    tooShort: 'Strength: Too short',
    weak: 'Strength: Weak',
    fair: 'Strength: Fair',
    good: 'Strength: Good',
    strong: 'Strength: Strong',
  },
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

  noMailInDevelopment: 'In development no mail is sent.',
  openMailbox: 'Open the mailbox',
  mailboxInTerminal:
    'In development no mail is sent. The link to the mailbox is in the terminal where the API started.',
})
