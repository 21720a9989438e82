import { catalogue } from '../catalogue.ts'

export const words = catalogue('secondStep', {
  enterCode: 'Enter your code',
  showPasskey: 'Use your passkey',
  passwordIsRight: 'Your password is right. One more step.',
  secondStep: 'Second step',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  usePasskey: 'Use your passkey',
  waitingForPasskey: 'Waiting for your passkey…',
  /** Another way, by its method. */
  instead: { totp: 'Use your app', recovery_code: 'Use a recovery code', passkey: 'Use a passkey' },
  startAgain: 'Start again',
  trust: 'Trust this browser for 30 days',
  trustMeans:
    'Your password alone will then sign you in here, so leave this off where others use this device.',
  setUp: 'Set up two-step sign-in',
  roleNeedsIt: 'Your role needs a second step at sign-in. Set it up once, and you are in.',
  turnOn: 'Turn on and sign in',
  loading: 'Loading…',
})
