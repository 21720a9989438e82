import { brand } from '@latchkey/brand'
import { catalogue } from '../catalogue.ts'

export const words = catalogue('entrance', {
  signIn: 'Sign in',
  welcome: 'Welcome. Enter your details to continue.',
  emailOrUsername: 'Email or username',
  password: 'Password',
  signingIn: 'Signing in…',
  signInWithPasskey: 'Sign in with a passkey',
  waitingForPasskey: 'Waiting for your passkey…',
  forgotPassword: 'Forgot your password?',
  newHere: 'New here?',
  createAnAccount: 'Create an account',
  loading: 'Loading…',
  language: 'Language',

  about: `About ${brand.name}`,
  motto: 'The door opens for you, and locks behind you.',
  shortTokens: 'Access tokens last minutes and stay in memory.',
  noKeyTwice: 'Your session renews itself, and no key is used twice.',
  ownServer: 'It runs on your own server.',

  signedOut: 'You are signed out.',
  notKept:
    'Your browser kept no cookies, so your sign-in has ended. Allow cookies for this site, then sign in again.',
  /** By the code of the refusal. */
  ended: {
    refresh_token_invalid: 'Your session is no longer valid. Sign in to continue.',
    refresh_token_expired: 'Your session has expired. Sign in to continue.',
    refresh_token_revoked: 'This session was ended, here or from another device. Sign in to continue.',
    refresh_token_reused:
      'An old copy of your session was used again, so we ended it to keep you safe. Sign in again. If you don’t know why this happened, change your password.',
    refresh_token_locked: 'This browser no longer has the key to your session. Sign in to start a new one.',
    refresh_token_key_lost: 'This browser forgot its key. Please sign in again.',
  },
})
