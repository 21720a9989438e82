import { catalogue } from '../catalogue.ts'

export const words = catalogue('account', {
  account: 'Account',
  lead: 'Your username, email address, password and passkeys, and the data we keep about you.',
  profile: 'Profile',

  change: 'Change',
  save: 'Save',
  cancel: 'Cancel',
  loading: 'Loading…',

  username: 'Username',
  changeUsername: 'Change username',
  changeYourUsername: 'Change your username',
  aboutUsername:
    'You sign in with it. For 30 days nobody else can take your old one, and you can take it back.',
  newUsername: 'New username',
  usernameIsNow: (username: string) => `Your username is now ${username}.`,

  email: 'Email',
  confirmed: 'Confirmed',
  notConfirmed: 'Not confirmed',
  changeEmail: 'Change email',
  changeYourEmail: 'Change your email address',
  aboutEmail:
    'We will send an email to the new address. Your address changes once you confirm it from there, and we let the old one know.',
  aboutUnconfirmedEmail:
    'We will send an email to the new address. Your address changes once you confirm it from there.',
  newEmail: 'New email',
  sendEmail: 'Send the email',
  emailSent: (pending: string, email: string) =>
    `We have sent an email to ${pending}. Your address changes once you confirm it from there; until then it stays ${email}.`,
  cancelChange: 'Cancel the change',
  changeCancelled: (email: string) => `The change is cancelled. Your address stays ${email}.`,
  emailsComeIn: (language: string) => `Emails come in ${language}.`,
  getThemIn: (language: string) => `Get them in ${language}`,
  openTheLink:
    'Open the link in the email we sent you. Until then, we cannot warn you there when somebody new signs in to your account. An account whose address is never confirmed is deleted after a while; we remind you first.',

  password: 'Password',
  changePassword: 'Change password',
  chooseByEmail: 'Choose one by email',
  noPassword: 'None: you sign in by passkey',
  knownOnlyToYou: 'Known only to you',
  lastChanged: 'Last changed {when}',
  keepThatMailbox: (email: string) =>
    `Should you lose your passkeys, “Forgot your password?” sends a link to ${email}. Make sure you keep access to that mailbox.`,
  passkeyAlone: 'Sign in by passkey alone',
  removeYourPassword: 'Remove your password',
  removePasswordQuestion: (email: string) =>
    `Remove your password? You will sign in by passkey alone. Should you lose your passkeys, a link to ${email} lets you choose a new password.`,
  removePassword: 'Remove password',
  passwordRemoved:
    'Your password has been removed. Should you lose your passkeys, “Forgot your password?” sends you a link.',

  changeYourPassword: 'Change your password',
  aboutPassword:
    'You stay signed in here and are signed out everywhere else. Anyone who knew the old password is locked out within a second.',
  choosePassword: 'Choose a new password',
  currentPassword: 'Current password',
  newPassword: 'New password',
  changingPassword: 'Changing your password…',
  passwordChanged: 'Your password has been changed. You have been signed out everywhere else.',

  twoStep: 'Two-step sign-in',
  aboutTwoStep:
    'After your password, sign-in asks for a code from an app on your phone. Whoever learns your password gets no further.',
  setUp: 'Set up two-step sign-in',
  turnOn: 'Turn on',
  isOn: 'Two-step sign-in is on.',
  onSince: (date: string) => `On since ${date}. Sign-in asks for a code from your app after the password.`,
  codesLeft: (count: number) =>
    count === 1 ? '1 recovery code is left.' : `${count} recovery codes are left.`,
  newCodes: 'New recovery codes',
  newCodesQuestion: 'Make new recovery codes? Those you have saved will stop working.',
  makeNewCodes: 'Make new codes',
  oldCodesGone: 'Your old recovery codes no longer work.',
  turnOff: 'Turn off',
  turnOffTwoStep: 'Turn off two-step sign-in',
  turnOffQuestion: 'Turn off two-step sign-in? Your password alone will open the account.',
  turnItOff: 'Turn it off',
  isOff: 'Two-step sign-in is off.',
  roleNeedsIt: 'Your role needs two-step sign-in, so it cannot be turned off.',

  passkeys: 'Passkeys',
  yourPasskeys: 'Your passkeys',
  aboutPasskeys:
    'A passkey signs you in with your fingerprint, your face or your screen lock, without a password. It works on this site alone, so nobody can trick you into giving it away.',
  loadingPasskeys: 'Loading your passkeys…',
  noPasskeysInBrowser: 'This browser cannot make passkeys. Open this page in another one.',
  noPasskeysAtAddress: 'Passkeys do not work at this address. Open this page at its usual one.',
  addPasskey: 'Add a passkey',
  addAnotherPasskey: 'Add another passkey',
  passkeyAdded: (name: string) => `${name} has been added. Sign in with it next time.`,
  noPasskeyAdded: 'No passkey was added.',
  synced: 'Kept by a password manager, which may copy it to your devices',
  onOneDevice: 'Stays on one device',
  lastUsed: 'Last used',
  notYet: 'Not yet',
  added: 'Added',
  rename: 'Rename',
  renameIt: (name: string) => `Rename ${name}`,
  renamePasskey: 'Rename this passkey',
  name: 'Name',
  remove: 'Remove',
  removeIt: (name: string) => `Remove ${name}`,
  removePasskeyQuestion: (name: string) => `Remove ${name}? Nobody can sign in with it any more.`,
  passkeyRemoved: (name: string) => `${name} has been removed.`,

  yourData: 'Your data',
  aboutData:
    'Everything we keep about you, as a JSON file: your account, your sessions and your recent activity.',
  downloadData: 'Download my data',
  preparingData: 'Preparing your data…',
  dataDownloaded: (file: string) => `${file} is in your downloads.`,

  deleteYourAccount: 'Delete your account',
  deletesForGood: 'This deletes, at once and for good:',
  deletesProfile: 'your username, email address, password and passkeys,',
  deletesSessions: 'every session on every device,',
  deletesActivity: 'the account’s activity.',
  deleteAccount: 'Delete my account',
  deleteQuestion: 'Your account and everything about it will be gone. This can’t be undone.',
  deleteForGood: 'Delete for good',
  goodbye: (username: string) =>
    `Your account and everything about it have been deleted. Goodbye, ${username}.`,
})
