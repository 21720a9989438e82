import { catalogue } from '../catalogue.ts'

const calls = (count: number, isInTwoTabs = false) =>
  `${count === 1 ? 'One call' : `${count} calls`}${isInTwoTabs ? ' in two tabs' : ''}`

export const words = catalogue('protocol', {
  title: 'How you stay signed in',
  lead: 'Press a button and watch what your browser, the server and its database say to each other. These are real requests of your own session. {back}',
  back: 'Back to the dashboard',

  tryIt: 'Try it',
  /** What one can try: the button, and what it does. */
  offers: {
    expired: {
      label: 'Let the access token expire',
      meaning: 'Then a call: it is refused, refreshes once and goes through.',
    },
    twoTabs: {
      label: 'Ten calls in two tabs at once',
      meaning: 'All are refused; one refresh serves them. The second tab is a second client in this page.',
    },
    lostAnswer: {
      label: 'Lose the next answer',
      meaning: 'The server refreshes, and the connection breaks before you hear of it.',
    },
    theft: {
      label: 'Steal my cookie',
      meaning: 'A thief has a copy of it, and not the key of this browser.',
    },
  },
  inDevelopmentAlone:
    'Losing answers and stealing cookies on request are for development: there, two more buttons do it.',
  watchTheLanes: 'Each button sends real requests. Watch them in the lanes.',
  /** What came of it. The last two numbers are the session's generation, before and after. */
  found: {
    expired: (from: number, to: number) =>
      `Refused, refreshed once, sent again. The refresh token went from generation ${from} to ${to}.`,
    twoTabs: (refreshes: number, from: number, to: number) =>
      `Ten calls, two clients, ${refreshes === 1 ? 'one refresh' : `${refreshes} refreshes`}: generation ${from} to ${to}. Nobody was signed out.`,
    lostAnswer: (requests: number, from: number, to: number) =>
      `Asked ${requests} times, moved on once: generation ${from} to ${to}. The retry was recognised by its key.`,
    theft: (status: number, from: number, to: number) =>
      `The thief got ${status}. You went on, from generation ${from} to ${to}.`,
  },

  whatHappened: 'What happened',
  ownCalls: 'The page’s own calls',
  clear: 'Clear',
  clearLanes: 'Clear the lanes',
  requests: 'Requests, newest last',
  /** Who speaks in which lane. */
  lanes: { page: 'Page', api: 'API', database: 'Database' },
  noRequestYet: 'Nothing yet. Press a button and watch.',
  /** The heading of what belongs together. */
  story: {
    calls: (count: number) => calls(count),
    refreshes: (count: number) => (count === 1 ? 'One refresh' : `${count} refreshes`),
    retried: 'A lost answer and its retry',
    callsAndRefreshes: (count: number, isInTwoTabs: boolean, refreshes: number) =>
      `${calls(count, isInTwoTabs)}, ${refreshes === 1 ? 'one refresh' : `${refreshes} refreshes`}`,
    callsAndRetry: (count: number, isInTwoTabs: boolean) =>
      `${calls(count, isInTwoTabs)}, a lost answer and its retry`,
  },
  underWay: 'under way',
  tabs: { first: 'Tab 1', second: 'Tab 2' },
  sentAgain: '{line} again',
  answerLost: 'answer lost',
  /** What the database did. `took`: "2.8 ms". */
  stored: {
    unknown: 'No answer: not known here.',
    nothing: 'Nothing was rotated.',
    already: 'It is at {generation} already',
    retry: (took: string) => `A retry: same token again, ${took}`,
    rotated: 'Generation {change}',
    atomic: (took: string) => `One atomic update, ${took}`,
  },

  refreshToken: 'Your refresh token',
  generation: 'Generation',
  usedOnce: 'Used once',
  replacedByRefresh: 'Each refresh replaces it.',
  replacedBy: (generation: number) => `The next refresh replaces it with generation ${generation}.`,
  hidden: 'Hidden',
  hiddenHow: 'In an HttpOnly cookie. No script can read it, and neither can this page.',
  boundTo: 'Bound to',
  boundToKey: (device: string) =>
    `A key in this browser (${device}) that nobody can read out. The cookie alone opens nothing.`,
  boundToNothing: (device: string) => `Nothing: this browser (${device}) keeps no key under this address.`,
  /** In place of the device, until it is known. */
  aMoment: 'a moment, please',
  ifUnused: 'If not used',
  endsUnused: 'Ends {when}. Each refresh puts that off.',
  endsUnusedSomeDay: 'Ends in a few days. Each refresh puts that off.',
  inAnyCase: 'In any case',
  endsAnyway: 'Ends {when}. Nothing puts that off.',
  endsAnywaySomeDay: 'Ends in a few months. Nothing puts that off.',

  stolenCookie: 'A stolen cookie',
  recordedRun: 'Recorded run',
  howItIsStolen:
    'The cookie is HttpOnly, so this page cannot copy it. In development the server does: it takes the cookie from your request and sends it to its own API, from another client and without the key. The alarm is a real one. You find it in your recent activity and, if your address is confirmed, in your mail.',
  recorded: (why: string) => `This is a recording of a development machine, not your session. ${why}`,
  /** Why it is a recording. */
  noKeyHere:
    'Your session has no key: browsers offer none on plain http, so a copy would work here until the second of you used it.',
  notInProduction: 'In production nothing may copy your cookie, not even to show you this.',
  you: 'You',
  thisBrowser: 'this browser',
  refreshCookie: 'the refresh cookie',
  keyThatStays: 'the key, which cannot leave it',
  thief: 'A thief',
  elsewhere: (userAgent: string) => `${userAgent}, without your browser`,
  copiedCookie: 'the refresh cookie, copied',
  noKey: 'no key to go with it',
  notTriedYet: 'Not tried yet. Press “Steal my cookie”.',
  noCode: 'no code',
  cookiesBack: (count: number) => (count === 0 ? 'No token, no cookie.' : `${count} cookies came back.`),
  ownerRotated: 'generation {change}',
  noticeNothing: 'You go on and notice nothing.',
  alarmFrom: '{device}, {when}',

  insideAccessToken: 'Inside your access token',
  /** What each of its claims means. */
  claims: {
    iss: 'Issuer: the server that signed it.',
    aud: 'Audience: the service it is meant for.',
    sub: 'Subject: your account’s id.',
    sid: 'Session: the sign-in on this device that the token belongs to.',
    jti: 'The token’s own id, different for each.',
    iat: 'Issued at.',
    exp: 'Expires at, by the server’s clock.',
    auth_time: 'When you last proved who you are; a refresh does not change it.',
    amr: 'How: pwd is a password, otp a code, mfa more than one of them.',
    acr: 'How strong that is: one factor (sfa) or several (mfa).',
    mfa_time: 'When something other than a password was last shown; 0 for never.',
    epoch: 'Rises when your roles or password change; tokens with a lower number are refused.',
    roles: 'What you may do.',
    username: 'Your username, so that answering needs no database.',
    email: 'Your address, for the same reason.',
    email_verified: 'Whether you have confirmed it.',
  },

  clientLog: 'What the client did',
  clearLog: 'Clear the log',
  nothingLogged: 'Nothing yet. Call the endpoint and watch.',
  /** Of what kind an entry of the log is. */
  kinds: {
    request: 'Request',
    response: 'Answer',
    refresh: 'Refresh',
    refreshed: 'Refreshed',
    replay: 'Replay',
    signIn: 'Sign-in',
    signOut: 'Sign-out',
    retry: 'Retry',
    notice: 'Notice',
    error: 'Error',
  },
})
