import { catalogue } from '../catalogue.ts'

export const words = catalogue('register', {
  createYourAccount: 'Create your account',
  takesAMinute: 'It takes a minute.',
  username: 'Username',
  isItYours: 'Is it yours?',
  signInWithAddress: 'Sign in with this address',
  create: 'Create account',
  creating: 'Creating your account…',
  haveAccount: 'Already have an account?',
  checkEmail: 'Check your email',
  created: (email: string) =>
    `Your account has been created. Confirm your address with the link we sent to ${email}, then sign in.`,
  alreadyConfirmed: 'Already confirmed?',
})
