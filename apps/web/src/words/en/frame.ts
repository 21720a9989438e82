import { catalogue } from '../catalogue.ts'

export const words = catalogue('frame', {
  unreachable: 'We can’t reach the server. Check your connection and try again.',
  connectionLost: 'No connection. What you typed stays; we’ll say when it is back.',
  connectionTrouble: 'Connection trouble: you are still signed in. Retrying…',
  connectionBack: 'The connection is back.',
  notLoaded: 'This could not be loaded',
  tryAgain: 'Try again',
  newVersion: 'There is a new version',
  replaced: 'This page has been replaced by a newer one since you opened it. Reload it to go on.',
  reload: 'Reload the page',
  wentWrong: 'Something went wrong',
  stoppedWorking:
    'This page stopped working. If you were signed in, you still are. Reloading the page usually helps.',
  signingYouIn: 'Signing you in…',
  stillTrying: 'Can’t reach the server. Still trying…',
})
