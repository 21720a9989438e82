import { catalogue } from '../catalogue.ts'

export const words = catalogue('signInAgain', {
  signInAgain: 'Sign in again',
  /** `why` is a sentence. */
  stillHere: (why: string) => `${why} What you have typed is still here.`,
  ended: 'Your session has ended.',
  findingOut: 'Somebody is signed in here. Once we know that it is you, you can go on where you were.',
  youAre: 'You are {username}.',
  yourPassword: 'Your password',
  secondStep: 'Second step',
  signIn: 'Sign in',
  usePasskey: 'Use a passkey',
  useRecoveryCode: 'Use a recovery code',
  useApp: 'Use your app',
  leave: 'Leave this page',
})
