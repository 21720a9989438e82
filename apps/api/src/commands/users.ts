import {
  FindUsersQuerySchema,
  type ManagedUser,
  roles,
  type SpecialRole,
  secondsIn,
  specialRoles,
  userFilters,
  userSorts,
} from '@latchkey/contracts'
import { sessionView } from '@latchkey/sessions'
import type { Credentials } from '../users/accounts.ts'
import { isProved } from '../users/user-identity.ts'
import { type Command, count, type Group, NotFoundError, tell, UsageError, yes } from './command.ts'
import { findAccount, userWord } from './find-account.ts'
import { aligned, moment, plain, table } from './output.ts'
import { sessionColumns } from './session-columns.ts'

const longestWaitSeconds = 30 * 86_400
const mostFound = 100_000

const find: Command = {
  name: 'users find',
  summary: 'Find accounts by a part of their username or email address',
  details: [
    'The same search as the list of users in the browser: whoever has exactly that name comes first.',
  ],
  words: [{ name: 'text', help: 'A part of a username or an email address; missing: all', optional: true }],
  options: {
    filter: { value: '<which>', help: `One of ${userFilters.join(', ')}` },
    sort: { value: '<how>', help: `One of ${userSorts.join(', ')}; a minus: the last first` },
    limit: { value: '<n>', help: 'So many at most; 50 if it is not said' },
  },
  examples: ['users find ada', 'users find --filter unconfirmed --limit 1000 --json'],
  async run(call) {
    const limit = limitOf(call.text('limit'))
    const asked = FindUsersQuerySchema.safeParse({
      query: call.word('text'),
      filter: call.text('filter'),
      sort: call.text('sort'),
    })
    if (!asked.success)
      throw new UsageError(asked.error.issues.map(({ path, message }) => `${path}: ${message}`).join('\n'))
    const { services } = await call.open()
    const users: ManagedUser[] = []
    let page = await services.userList.find(asked.data)
    users.push(...page.users)
    while (page.next !== null && users.length < limit) {
      page = await services.userList.find({ ...asked.data, after: page.next })
      users.push(...page.users)
    }
    const shown = users.slice(0, limit)
    call.output.list(shown, {
      id: ({ id }) => id,
      username: ({ username }) => username,
      email: ({ email, emailVerified }) => (emailVerified ? email : `${email} (not confirmed)`),
      roles: ({ roles, disabled }) => [...roles, ...(disabled ? ['disabled'] : [])].join(', '),
      sessions: ({ sessionCount }) => String(sessionCount),
      'last seen': ({ lastSeenAt }) => moment(lastSeenAt),
    })
    if (shown.length === 0) call.output.remark('There is nobody like that.')
    if (shown.length < users.length || page.next !== null)
      call.output.remark('There are more: ask for them with --limit.')
  },
}

const show: Command = {
  name: 'users show',
  summary: 'Show one account: what it may do, how it signs in, where it is signed in',
  words: [userWord],
  examples: ['users show ada', 'users show ada@example.com --json'],
  async run(call) {
    const { services } = await call.open()
    const account = await findAccount(services, call.word('user'))
    const id = account._id.toHexString()
    const user = await services.administration.inspect(id)
    const sessions = (await services.sessions.list(id)).map((each) => sessionView(each, null))
    const signIn = waysIn(account)
    call.output.answer({ ...user, signIn, sessions }, [
      ...aligned([
        ['id', id],
        ['username', plain(account.username)],
        ['email', `${plain(account.email)}${isProved(account) ? '' : ' (not confirmed)'}`],
        ['roles', account.roles.join(', ')],
        ['state', account.isDisabled ? 'disabled: cannot sign in' : 'can sign in'],
        ['created', moment(account.createdAt)],
        ['last seen', moment(user?.lastSeenAt ?? null)],
        ['password', signIn.password ? 'yes' : 'none'],
        ['app', signIn.totp ? `yes, ${count(signIn.recoveryCodesLeft, 'recovery code')} left` : 'none'],
        ['passkeys', plain(signIn.passkeys.join(', ')) || 'none'],
        ['sessions', String(sessions.length)],
      ]),
      ...(sessions.length > 0 ? ['', ...table(sessions, sessionColumns)] : []),
    ])
  },
}

const makeAdmin: Command = {
  name: 'users make-admin',
  summary: 'Make somebody an administrator, the first or another',
  details: [
    'Enables the account if it was disabled: whoever keeps the server has the last word.',
    'Its owner finds it in their activity and, if the address is confirmed, gets a mail.',
  ],
  words: [userWord],
  options: { unverified: { help: 'Also an account whose address nobody has confirmed' } },
  examples: ['users make-admin ada@example.com', 'users make-admin ada --unverified'],
  async run(call) {
    const { services, config } = await call.open()
    const account = await findAccount(services, call.word('user'))
    if (!isProved(account) && !call.has('unverified'))
      throw new Error(
        `Nobody has confirmed ${account.email}, so the account may be anybody's. Confirm the address first, or add --unverified.`,
      )
    const id = account._id.toHexString()
    if (account.isDisabled) {
      await services.administration.enable(id)
      await tell(services, 'account_enabled', id)
    }
    const made = await services.administration.changeRoles(id, { add: ['admin'], remove: [] })
    if (made?.isChanged) await tell(services, 'roles_changed', id)
    const { username } = account
    call.output.answer({ ...made?.user }, [
      `${username} is an administrator now${account.isDisabled ? ', and no longer disabled' : ''}.`,
    ])
    if (config.mail.requireVerifiedEmail && !isProved(account))
      call.output.remark(`They cannot sign in before they confirm their address, ${account.email}.`)
  },
}

const setRoles: Command = {
  name: 'users roles',
  summary: 'Show the roles of an account, give some, take some',
  details: [
    `There are: ${roles.join(', ')}. Everybody is a user; users make-admin makes an administrator.`,
    'Its owner finds it in their activity and, if the address is confirmed, gets a mail.',
  ],
  words: [userWord],
  options: {
    add: { value: '<role>', help: 'A role to give', multiple: true },
    remove: { value: '<role>', help: 'A role to take; it asks first', multiple: true },
    ...yes,
  },
  examples: ['users roles ada', 'users roles ada --remove admin --yes'],
  async run(call) {
    const given = call.texts('add').map(roleIn)
    const taken = call.texts('remove').map(roleIn)
    if (given.includes('admin')) throw new UsageError('users make-admin makes an administrator.')
    const { services } = await call.open()
    const { _id, username, roles: asked } = await findAccount(services, call.word('user'))
    const id = _id.toHexString()
    const lost = [...new Set(taken)].filter((role) => asked.includes(role))
    if (lost.length > 0)
      await call.confirm(
        `This takes the ${lost.length === 1 ? 'role' : 'roles'} ${lost.join(', ')} from 1 account, ${plain(username)}.`,
      )
    const add = given.filter((role) => !taken.includes(role))
    const made = await services.administration.changeRoles(id, { add, remove: taken })
    if (!made) throw new NotFoundError(`There is no account ${plain(username)} any more.`)
    if (made.isChanged) await tell(services, 'roles_changed', id)
    const held = made.user.roles
    call.output.answer({ id, roles: held }, [`${plain(username)}: ${held.join(', ')}`])
  },
}

const disable: Command = {
  name: 'users disable',
  summary: 'Sign somebody out everywhere and keep them out',
  words: [userWord],
  options: yes,
  examples: ['users disable ada', 'users disable ada --yes --json'],
  async run(call) {
    const { services } = await call.open()
    const { _id, username, roles, isDisabled } = await findAccount(services, call.word('user'))
    const id = _id.toHexString()
    if (isDisabled) throw new Error(`${username} is disabled already.`)
    const sessions = await services.sessions.list(id)
    const whom = roles.includes('admin') ? `${username}, who is an administrator,` : username
    await call.confirm(
      `This ends ${count(sessions.length, 'session')} of 1 account and keeps ${whom} out until they are enabled again.`,
    )
    const user = await services.administration.disable(id)
    await tell(services, 'account_disabled', id)
    call.output.answer({ ...user }, [`${username} is disabled: signed out everywhere, and cannot sign in.`])
  },
}

const enable: Command = {
  name: 'users enable',
  summary: 'Let somebody sign in again who was disabled',
  words: [userWord],
  examples: ['users enable ada'],
  async run(call) {
    const { services } = await call.open()
    const { _id, username, isDisabled } = await findAccount(services, call.word('user'))
    if (!isDisabled) throw new Error(`${username} is not disabled.`)
    const user = await services.administration.enable(_id.toHexString())
    await tell(services, 'account_enabled', _id.toHexString())
    call.output.answer({ ...user }, [`${username} can sign in again.`])
  },
}

const resetFactors: Command = {
  name: 'users reset-factors',
  summary: 'Have every second factor removed, for somebody who has lost them all',
  details: [
    'The owner is told at once, and can stop it by signing in with a factor or a passkey.',
    'When the time is over, a running API removes the app and every passkey: the password alone signs in.',
  ],
  words: [userWord],
  options: {
    after: { value: '<duration>', help: 'How long to wait, like 72h; 24h if it is not said, 30d at most' },
    cancel: { help: 'Take it back' },
    ...yes,
  },
  examples: ['users reset-factors ada@example.com', 'users reset-factors ada --cancel'],
  async run(call) {
    const waitSeconds = waitOf(call.text('after') ?? '24h')
    const { services } = await call.open()
    const { factorResets } = services
    const account = await findAccount(services, call.word('user'))
    const { _id, username, passwordHash } = account
    const id = _id.toHexString()
    if (call.has('cancel')) {
      if (!(await factorResets.cancel(_id))) throw new Error(`Nothing was asked for of ${username}.`)
      return call.output.answer({ id, dueAt: null }, [`The second factor of ${username} stays.`])
    }
    if (!passwordHash)
      throw new Error(
        `${username} signs in by passkey alone. “Forgot your password?” sends them a link that sets a password; ask again after that.`,
      )
    const { totp, passkeys } = waysIn(account)
    if (!totp && passkeys.length === 0) throw new Error(`${username} has no second factor.`)
    await call.confirm(
      `This removes ${[totp ? 'the authenticator app' : [], passkeys.length > 0 ? count(passkeys.length, 'passkey') : []].flat().join(' and ')} of 1 account, ${username}, in ${call.text('after') ?? '24h'}.`,
    )
    const dueAt = await factorResets.request(_id, waitSeconds)
    if (!dueAt) throw new Error(`${username} has no second factor.`)
    call.output.answer({ id, dueAt: dueAt.toISOString() }, [
      `The second factor of ${username} is removed on ${dueAt.toUTCString()}, unless they sign in with it before. Passkeys go with it.`,
    ])
  },
}

export const users: Group = {
  name: 'users',
  summary: 'Find accounts and change what their owners may do',
  commands: [find, show, makeAdmin, setRoles, disable, enable, resetFactors],
}

/** By what somebody can sign in; nothing of it opens anything. */
const waysIn = ({ passwordHash, totp, recoveryCodes, passkeys }: Credentials) => ({
  password: passwordHash !== null,
  totp: totp !== null,
  recoveryCodesLeft: recoveryCodes.filter(({ usedAt }) => usedAt === null).length,
  passkeys: passkeys.map(({ name }) => name),
})

function roleIn(name: string): SpecialRole {
  const role = specialRoles.find((each) => each === name)
  if (!role)
    throw new UsageError(
      `${name} is no role that can be given or taken. Those are: ${specialRoles.join(', ')}.`,
    )
  return role
}

function limitOf(text: string | undefined): number {
  const limit = Number(text ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostFound)
    throw new UsageError(`--limit is a number from 1 to ${mostFound}.`)
  return limit
}

function waitOf(duration: string): number {
  const waitSeconds = /^\d{1,6}[smhd]$/.test(duration) ? secondsIn(duration) : Number.NaN
  if (!(waitSeconds <= longestWaitSeconds))
    throw new UsageError('Say how long to wait, like --after 24h; 30d at most.')
  return waitSeconds
}
