import { catalogue } from '../catalogue.ts'

export const words = catalogue('dashboard', {
  title: 'Dashboard',
  hello: (username: string) => `Hello, ${username}`,
  lead: 'You are signed in. Call a protected endpoint, let your access token expire, and call it again.',

  untilExpiry: 'Time until the access token expires',
  expired: 'Expired',
  nextCallRenews: 'The next call gets a new access token.',
  renewsItself: 'left on your access token. It renews itself.',

  protectedEndpoint: 'Protected endpoint',
  callIt: 'Call the protected endpoint',
  expireNow: 'Expire my access token now',
  /** What to do next, by what has become of the access token. */
  nextSteps: {
    untouched: 'GET /api/protected answers only requests with a valid access token.',
    expired:
      'The server now refuses your access token. Call the endpoint: it gets a 401, refreshes once and tries again.',
    renewed: 'A new access token has arrived, and you did not have to do anything. “Try it” shows how.',
  },
  noCallYet: 'No call yet.',
  answerAppearsHere: 'The answer will appear here.',
  noAnswer: 'No answer',
  /** `status`: as in HTTP. */
  answered: (status: number) => `${status} OK`,
  refused: (status: number) => `${status} refused`,
  afterMs: (ms: string) => `after ${ms} ms`,

  signedInAs: 'Signed in as',
  username: 'Username',
  email: 'Email',
  roles: 'Roles',
  memberSince: 'Member since',

  whySignedIn: 'Why you stay signed in',
  whatToTry: 'Let your token expire, lose an answer, have your cookie stolen. Watch what happens.',
  tryIt: 'Try it',
})
