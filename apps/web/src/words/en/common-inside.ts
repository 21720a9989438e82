import { brand } from '@latchkey/brand'
import { catalogue } from '../catalogue.ts'

/** Of shared components that the sign-in page does not show. */
export const words = catalogue('commonInside', {
  skipToContent: 'Skip to content',
  usernameRule: (min: number, max: number) =>
    `${min} to ${max} letters, digits, dots, dashes or underscores.`,
  passwordRule: (shortest: number) =>
    `At least ${shortest} characters. A few unrelated words make a good one.`,
  strength: {
    tooShort: 'Strength: Too short',
    weak: 'Strength: Weak',
    fair: 'Strength: Fair',
    good: 'Strength: Good',
    strong: 'Strength: Strong',
  },

  noMailInDevelopment: 'In development no mail is sent.',
  openMailbox: 'Open the mailbox',
  mailboxInTerminal:
    'In development no mail is sent. The link to the mailbox is in the terminal where the API started.',

  justNow: 'just now',
  inLessThanAMinute: 'in less than a minute',
  /** By what somebody signed in. They stand in a list: "password and code". */
  methods: { password: 'password', code: 'code', passkey: 'passkey' },
  showAll: {
    sessions: (count: number) => `Show all ${count} sessions`,
    browsers: (count: number) => `Show all ${count} browsers`,
  },
  showFewer: { sessions: 'Show fewer sessions', browsers: 'Show fewer browsers' },

  scanThis:
    'Scan this with an authenticator app, such as the one your password manager has, and enter the code that it shows.',
  qrCode: 'QR code for your authenticator app',
  cannotScan: 'Can’t scan it? Open it {inApp}, or type this key:',
  inAppHere: 'in an app on this device',

  saveCodes: 'Save your recovery codes',
  saveCodesWhy:
    'If you lose your phone, each of these lets you in once. Keep them where only you can find them: this is the only time they are shown.',
  codesOf: (username: string) => `${brand.name} recovery codes of ${username}. Each works once.`,
  recoveryCodes: 'Recovery codes',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'The browser did not let them be copied. Download or print them instead.',
  download: 'Download',
  print: 'Print',
  haveSavedThem: 'I have saved them',
  twoStepIsOn: 'Two-step sign-in is on',
  codesLost: 'Your recovery codes were lost on the way. You can make new ones on your account page.',
  close: 'Close',
})
