import { catalogue } from '../catalogue.ts'

export const words = catalogue('stepUp', {
  confirmItsYou: 'Confirm it’s you',
  freshProof: 'This needs fresh proof that it’s you. Nothing on the page is lost.',
  needsTwoSteps: 'This needs two-step sign-in',
  setUpFirst: 'Your password alone is not enough here. Set up two-step sign-in on your account page first.',
  goToAccount: 'Go to your account',
  yourPassword: 'Your password',
  usePasskey: 'Use your passkey',
  /** Another way, by its method. */
  instead: {
    password: 'Use your password instead',
    totp: 'Use your app instead',
    recovery_code: 'Use a recovery code instead',
    passkey: 'Use your passkey instead',
  },
  confirm: 'Confirm',
  cancel: 'Cancel',
  loading: 'Loading…',
})
