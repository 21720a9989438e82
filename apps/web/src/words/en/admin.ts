import { catalogue } from '../catalogue.ts'

export const words = catalogue('admin', {
  users: 'Users',
  lead: 'Find users, see where they are signed in, change what they may do, or disable them.',
  search: 'Search',
  searchHint: 'Any part of a username or an email address.',
  looking: 'Looking for users…',
  filter: 'Filter',
  filters: {
    all: 'All',
    administrators: 'Administrators',
    disabled: 'Disabled',
    unconfirmed: 'Not confirmed',
  },
  results: 'Results',
  headings: {
    all: 'All users',
    administrators: 'Administrators',
    disabled: 'Disabled accounts',
    unconfirmed: 'Accounts without a confirmed address',
  },

  /** `shown`: the same number as its reader writes it. */
  count: (count: number, shown: string) => (count === 1 ? '1 user' : `${shown} users`),
  moreThan: (shown: string) =>
    `More than ${shown} users. These are the latest ${shown} of them; search to find others.`,
  foundAmong: (shown: string, lookedAt: string) =>
    `${shown} found among the first ${lookedAt} that were looked at. Type more to narrow the search.`,
  none: 'There are none.',
  noneContains: (query: string) => `No username or email address contains “${query}”.`,
  noneOfTheseContains: (query: string) => `None of these users’ names or addresses contains “${query}”.`,

  user: 'User',
  lastSeen: 'Last seen',
  never: 'never',
  withinTheHour: 'within the hour',
  joined: 'Joined',
  sessions: 'Sessions',
  pages: 'Pages',
  previousPage: 'Previous page',
  firstPage: 'First page',
  nextPage: 'Next page',
  allUsers: 'All users',

  isAdministrator: 'Administrator',
  isDisabled: 'Disabled',
  isNotConfirmed: 'Not confirmed',

  oneMoment: 'One moment.',
  loadingUser: 'Loading the user…',
  noSuchUser: 'No such user',
  mayBeDeleted: 'The account may have been deleted, or the address of this page mistyped.',
  notLoaded: 'The account could not be loaded.',
  about: '{email}, member since {joined}, last seen: {lastSeen}.',

  endAll: 'End all',
  endAllQuestion: (username: string, count: number) =>
    `End all ${count} sessions? ${username} will be signed out everywhere.`,
  endThem: (count: number) => `End all ${count}`,
  allEnded: (username: string) => `All sessions of ${username} have ended.`,
  nowhereSignedIn: (username: string) => `${username} is not signed in anywhere.`,
  sessionUse: '{ip}, last used {lastUsed}, signed in {signedIn}',
  end: 'End',
  endIt: (name: string) => `End the session ${name}`,
  endQuestion: (username: string) => `End this session? ${username} will have to sign in again there.`,
  endSession: 'End session',
  ended: (device: string) => `The session ${device} has ended.`,

  signedOut: '“I was signed out”',
  aboutExplaining: (username: string) =>
    `Tells from events and sessions what happened to the sessions of ${username}, as far as 90 days back.`,
  explain: 'Explain',
  explainAgain: 'Explain again',
  whatHappened: 'What happened, the earliest first',

  roleAndAccess: 'Role and access',
  ownAccount:
    'This is your own account. Another administrator can change its role or disable it; you can’t, so that the last administrator is never locked out.',
  role: 'Role',
  roles: {
    admin: (username: string) => `${username} is an administrator: they can see and change every account.`,
    user: (username: string) => `${username} is a user: they can see and change only their own account.`,
  },
  removeAsAdministrator: 'Remove as administrator',
  removeAsAdministratorQuestion: (username: string) =>
    `Remove ${username} as administrator? This takes effect within a second.`,
  removeAdministrator: 'Remove administrator',
  administratorNoMore: (username: string) => `${username} is no longer an administrator.`,
  makeAdministrator: 'Make administrator',
  makeAdministratorQuestion: (username: string) => `Let ${username} see and change every account?`,
  nowAdministrator: (username: string) => `${username} is now an administrator.`,
  giveRole: (role: string) => `Give the role ${role}`,
  giveRoleQuestion: (role: string, username: string) => `Give ${username} the role ${role}?`,
  roleGiven: (role: string, username: string) => `${username} now has the role ${role}.`,
  takeRole: (role: string) => `Take the role ${role}`,
  takeRoleQuestion: (role: string, username: string) =>
    `Take the role ${role} from ${username}? This takes effect within a second.`,
  roleTaken: (role: string, username: string) => `${username} no longer has the role ${role}.`,

  access: 'Access',
  userIsDisabled: (username: string) => `${username} is disabled and can’t sign in.`,
  aboutDisabling: 'Disabling an account ends its sessions and refuses every sign-in. Nothing is deleted.',
  enable: 'Enable account',
  enableQuestion: (username: string) => `Let ${username} sign in again?`,
  enabled: (username: string) => `${username} can sign in again.`,
  disable: 'Disable account',
  disableQuestion: (username: string) => `Sign ${username} out everywhere and keep them out?`,
  disabled: (username: string) => `${username} has been disabled and signed out.`,
})
