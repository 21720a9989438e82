import { catalogue } from '../catalogue.ts'

export const words = catalogue('recovery', {
  signIn: 'Sign in',
  goToAccount: 'Go to your account',
  sending: 'Sending…',
  cancel: 'Cancel',
  checkEmail: 'Check your email',
  signedInHere:
    'You are signed in here as {username} ({email}). The link is for the account it was sent to, which may be a different one.',

  forgotPassword: 'Forgot your password?',
  enterAddress: 'Enter your account’s email address, and we will send you a link to choose a new password.',
  sendLink: 'Send me a link',
  rememberedIt: 'Remembered it?',
  linkSentIfKnown: (email: string) => `If there is an account for ${email}, we have sent a link to it.`,
  tryAnotherAddress: 'Try another address',
  done: 'Done?',
  linkLasts: {
    day: 'The link works once, within 24 hours.',
    halfHour: 'The link works once, within 30 minutes.',
  },
  nothingArrived:
    'Nothing after a few minutes? Check your spam folder, and check the address for typing mistakes.',

  choosePassword: 'Choose a new password',
  signsOutEverywhere:
    'You will be signed out everywhere. Anyone who knew the old password is locked out within a second.',
  newPassword: 'New password',
  changePassword: 'Change password',
  changingPassword: 'Changing your password…',
  passwordChangedHere:
    'Your password has been changed, and you have been signed out everywhere. Sign in with the new one.',
  passwordChanged: 'Your password has been changed',
  accountSignedOut:
    'The account this link was for has been signed out everywhere. Sign in with the new password.',
  continueHere: 'Continue with this account',
  signInWithChosen: 'If it was you, sign in with the password you chose.',
  askForNewLink: 'Ask for a new link',

  /** A link that does not work, by the reason. */
  dead: {
    incomplete: {
      title: 'This link is incomplete',
      cause:
        'Open it from the email again, or copy the whole link. We take it out of the address bar once it is open, so reloading the page loses it.',
    },
    token_invalid: {
      title: 'This link is not valid',
      cause: 'It may have been cut off, or the account has a different address by now or no longer exists.',
    },
    token_expired: {
      title: 'This link has expired',
      cause: 'Links work for a limited time, so that nobody can use one from an old email.',
    },
    token_used: { title: 'This link has already been used', cause: 'Each link works only once.' },
  },

  confirmAddress: 'Confirm your email address',
  pressToConfirm: 'Press the button to confirm that this address is yours.',
  confirmMine: 'Confirm my address',
  confirming: 'Confirming…',
  addressConfirmed: 'Your address is confirmed',
  weWriteThere:
    'Thank you. From now on, we write there when something about your account needs your attention.',
  deleteAccountQuestion:
    'This deletes the account that was made with your address, and everything about it. Delete it?',
  deleteAccount: 'Delete the account',
  accountDeleted: 'The account has been deleted',
  nobodyHasAccount: 'Thank you. Nobody has an account with your address now.',
  notMe: 'This was not me',
  createOwnAccount: 'Create an account of your own',
  isThisYours: 'Is this your account?',
  accountIsCalled: 'The account is called {username}. Enter its password to confirm its address.',
  confirmYourAddress: 'Confirm your address',
  noPassword: 'Does the account have no password? Open the link where you are signed in to it, or {choose}.',
  chooseFirst: 'choose a password first',
  openSignedIn: 'Does the account have no password? Open the link where you are signed in to it.',
  passwordOf: (username: string) => `Password of ${username}`,
  otherAccount:
    'You are signed in here as {username} ({email}), which is a different account. To use the other one, sign out first.',
  continueAs: (username: string) => `Continue as ${username}`,
  sendAgainTo: (email: string | null) =>
    email === null ? 'Send a new email:' : `Send a new email to ${email}:`,
  probablyConfirmed: (email: string | null) =>
    `Your address is probably confirmed already. If not, send a new email${email === null ? '' : ` to ${email}`}:`,
  sendAgain: 'Send the email again',
  sentAgain: (email: string) =>
    `If ${email} still needs to be confirmed, we have sent a new email. Its link works for 24 hours.`,
  correctTheAddress: 'Correct the address',
  correctYourAddress: 'Correct your address',
  mistyped: 'Did you mistype your address? Enter the right one, and we send the email there.',
  rightAddress: 'Right email address',
  sendThere: 'Send the email there',
  addressCorrected: (email: string) =>
    `The address of your account is now ${email}, and we have sent an email there. Open the link in it, then sign in.`,

  confirmNewAddress: 'Confirm your new email address',
  pressToReplace: 'Press the button to replace your old address with this one.',
  addressChanged: 'Your email address has been changed',
  signInWithIt:
    'From now on, sign in with it. Emails about your account go there. If your old address was confirmed, we have let it know.',
  stopLinkQuestion: 'Somebody wants to use your address for their account. Stop this link from working?',
  dontUseMine: 'Don’t use my address',
  notUsed: 'Your address will not be used',
  keepsAddress: 'Thank you. The link no longer works, and the account keeps the address it had.',
  changeUsed:
    'The new address is in use already, or the change was cancelled. Your account page shows the current one.',
  askForChangeAgain: 'Ask for the change again on your account page. Until then, your old address stays.',

  putBackQuestion: 'Put your old address back?',
  ifNotYou:
    'Your account uses another email address now. If you did not change it, somebody has your password.',
  whenYouPress: 'When you press the button:',
  usesAddressAgain: 'your account uses this address again,',
  everybodySignedOut: 'everybody is signed out, on every device,',
  passwordStops: 'the password and every passkey stop working, and you choose a new password.',
  putBack: 'Put this address back',
  puttingBack: 'Putting it back…',
  isBack: 'Your old address is back',
  chooseNow: 'Everybody is signed out, and the old password no longer works. Choose a new one now.',
  undoUsed: 'If it was you who used it, your old address is back: choose a new password for your account.',
  askForHelp:
    'If the account uses another address and you did not change it, ask whoever runs this service for help.',
})
