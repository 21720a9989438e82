import { routes } from '@latchkey/contracts'
import { expect, it } from 'vitest'
import {
  call,
  complaintsOf,
  type Foreigner,
  fieldsOf,
  foreigner,
  linkTo,
  Refused,
  usersOf,
  type Way,
  type World,
  ways,
  worldForTest,
} from './support/foreign.ts'
import { password } from './support/people.ts'

const better = 'a new and better one'
const unproved = { emailVerifiedAt: null }

/** `lack` takes the field away: again before each request that may have brought it back. */
type Walk = (world: World, who: Foreigner, lack: () => Promise<unknown>) => Promise<unknown>
interface Deed {
  walk: Walk
  /** How the account differs from the model. */
  differing?: object
}

/** Signs in, and is known in that browser from then on. */
async function signIn(world: World, email: string, secret = password) {
  const cookie = world.device
  const { accessToken: token } = await call(world, routes.login, {
    cookie,
    body: { email, password: secret },
  })
  const { devices } = await call(world, routes.devices, { token, cookie })
  expect(devices.filter(({ current }: { current: boolean }) => current)).toHaveLength(1)
}

/** What people, and administrators, can do. Each is done by somebody who has just been put into the database. */
const deeds: Record<string, Deed | Walk> = {
  'sign in by address': (world, { email }) => signIn(world, email),
  'sign in by name': (world, { username }) => signIn(world, username),
  refresh: (world, { cookie }) => call(world, routes.refreshToken, { cookie }),
  'refresh with the token before': async (world, { cookie }, lack) => {
    await call(world, routes.refreshToken, { cookie })
    await lack()
    await call(world, routes.refreshToken, { cookie })
  },
  'refresh in the last days of a session': async (world, { _id, cookie }, lack) => {
    const soon = new Date(world.api.clock.now().getTime() + 3_600_000)
    const last = { 'refreshTokens.0.expiresAt': soon, 'refreshTokens.0.absoluteExpiresAt': soon }
    await usersOf(world.api).updateOne({ _id, 'refreshTokens.0._id': { $exists: true } }, { $set: last })
    await lack()
    await call(world, routes.refreshToken, { cookie })
  },
  'confirm who one is': async (world, { token, sessionId }, lack) => {
    const { accessToken } = await call(world, routes.reauthenticate, { token, body: { password } })
    await lack()
    await call(world, routes.reauthenticate, { token: accessToken, body: { password } })
    expect(sessionId).toHaveLength(24)
  },
  'sign out': (world, { cookie }) => call(world, routes.logout, { cookie }),
  'name a session': (world, { token, sessionId: id }) =>
    call(world, routes.renameSession, { token, params: { id }, body: { name: 'Phone' } }),
  'end a session': (world, { token, sessionId: id }) =>
    call(world, routes.revokeSession, { token, params: { id } }),
  'end other sessions': (world, { token }) => call(world, routes.revokeOtherSessions, { token }),
  'sign out everywhere': (world, { token }) => call(world, routes.logoutEverywhere, { token }),
  'forget a browser': (world, { token }) =>
    call(world, routes.forgetDevice, { token, params: { id: world.model.knownDevices[0].idHash } }),
  'read everything': async (world, who) => {
    for (const read of ['protected', 'me', 'sessions', 'devices', 'activity', 'exportMe'] as const)
      await call(world, routes[read], who)
    await call(world, routes.findUsers, { token: world.admin })
    const { user } = await call(world, routes.inspectUser, asAdmin(world, who))
    expect(user).toMatchObject({ id: who._id.toHexString(), username: who.username, email: who.email })
  },
  'change the password': async (world, { token }) => {
    const body = { currentPassword: password, newPassword: better }
    await call(world, routes.changePassword, { token, body })
    await call(world, routes.me, { token })
  },
  'change the name': async (world, { username, token }) => {
    await call(world, routes.updateMe, { token, body: { username: `${username}2`, password } })
    await call(world, routes.exportMe, { token })
    await signIn(world, `${username}2`)
  },
  'reset the password': async (world, who, lack) => {
    await call(world, routes.forgotPassword, { body: { email: who.email } })
    const token = await linkTo(world, who, who.email, /Reset your password/)
    await lack()
    await call(world, routes.resetPassword, { body: { token, password: better } })
    await signIn(world, who.email, better)
  },
  'confirm the address': {
    differing: unproved,
    async walk(world, who, lack) {
      await call(world, routes.resendVerification, { body: { email: who.email } })
      const token = await linkTo(world, who, who.email, /Confirm your email address/)
      await lack()
      await call(world, routes.verifyEmail, { token: who.token, body: { token } })
    },
  },
  'correct the address': {
    differing: unproved,
    async walk(world, { email }) {
      const body = { identifier: email, password, email: `right-${email}` }
      await call(world, routes.correctEmail, { body })
      await signIn(world, `right-${email}`)
    },
  },
  'say that it was somebody else': {
    differing: unproved,
    async walk(world, who, lack) {
      await call(world, routes.resendVerification, { body: { email: who.email } })
      const token = await linkTo(world, who, who.email, /Confirm your email address/)
      await lack()
      await call(world, routes.disownEmail, { body: { token } })
    },
  },
  'change the address and put it back': async (world, who, lack) => {
    const email = `next-${who.email}`
    await call(world, routes.changeEmail, { token: who.token, body: { email, password } })
    const confirm = await linkTo(world, who, email, /Confirm your new email/)
    await lack()
    await call(world, routes.confirmEmail, { token: who.token, body: { token: confirm } })
    const token = await linkTo(world, who, who.email, /Your email address was changed/)
    await call(world, routes.undoEmail, { body: { token } })
  },
  'get another role': (world, who) =>
    call(world, routes.setUserRoles, { ...asAdmin(world, who), body: { roles: ['admin'] } }),
  'be disabled, and enabled': async (world, who, lack) => {
    await call(world, routes.disableUser, asAdmin(world, who))
    await lack()
    await call(world, routes.enableUser, asAdmin(world, who))
  },
  'lose a session to an administrator': (world, who) =>
    call(world, routes.endUserSession, asAdmin(world, who, who.sessionId)),
  'lose all sessions to an administrator': (world, who) =>
    call(world, routes.endUserSessions, asAdmin(world, who)),
  'delete the account': async (world, { _id, token }) => {
    await call(world, routes.deleteMe, { token, body: { password } })
    expect(await usersOf(world.api).countDocuments({ _id })).toBe(0)
  },
}

const asAdmin = ({ admin }: World, { _id }: Foreigner, sessionId = '') => ({
  token: admin,
  params: { id: _id.toHexString(), sessionId },
})

interface Case {
  /** Which of the deeds have to do with it; all but for these. */
  only?: (keyof typeof deeds)[]
  /** Where the fields are. */
  prefix?: string
  fields: string[]
  /** What cannot be done without a field, and how that is refused. */
  expected: Record<string, string>
  /** What comes before the field goes away. */
  ready?: Walk
}

interface Outcome {
  what: string
  way: Way
  /** How it was refused. Undefined: it was done. */
  refusal?: string
}

const bothWays = Object.keys(ways) as Way[]

/**
 * In which ways a field is taken from somebody: in CI in both. Else in one of them, by turns, for what is refused and for
 * every sixth deed that is not.
 */
function waysFor(lane: number, deed: number, isRefused: boolean): Way[] {
  if (process.env.CI) return bothWays
  const turn = lane + deed
  const round = Math.floor(turn / 6)
  return isRefused || turn % 6 === 0 ? bothWays.slice(round % 2).slice(0, 1) : []
}

/** What becomes of everything that somebody does without each of the fields. */
async function outcomes(
  world: World,
  { prefix = '', fields, ready, only, expected }: Case,
): Promise<Outcome[]> {
  const names = only ?? Object.keys(deeds)
  const found: Outcome[] = []
  const lanes = fields.map(async (field, lane) => {
    // Not all at once the same, which would be waiting for mail.
    const turned = [...names.slice(lane % names.length), ...names.slice(0, lane % names.length)]
    // One at a time without the same field: two indexes let only one account be without a name.
    for (const [at, name] of turned.entries())
      for (const way of waysFor(lane, at, `${field}: ${name}` in expected)) {
        const deed = deeds[name]
        if (!deed) throw new Error(`nobody can ${name}`)
        const { walk, differing = {} } = typeof deed === 'function' ? { walk: deed } : deed
        const who = await foreigner(world, differing)
        const lack = () => usersOf(world.api).updateOne({ _id: who._id }, ways[way](prefix + field))
        const outcome: Outcome = { what: `${field}: ${name}`, way }
        try {
          await ready?.(world, who, lack)
          await lack()
          await walk(world, who, lack)
        } catch (error) {
          if (!(error instanceof Refused))
            throw new Error(`${field} ${way}, ${name}: ${error}`, { cause: error })
          outcome.refusal = error.message
        } finally {
          await usersOf(world.api).deleteOne({ _id: who._id })
        }
        found.push(outcome)
      }
  })
  await Promise.all(lanes)
  return found
}

/** Missing and null come to the same, to what is expected, and to nothing that an operator would have to look at. */
async function expectOutcomes(world: World, each: Case) {
  expect(each.fields.length).toBeGreaterThan(2)
  const { expected } = each
  const found = await outcomes(world, each)
  expect(found.filter(({ what, refusal }) => refusal !== expected[what])).toEqual([])
  expect(found.map(({ what }) => what)).toEqual(expect.arrayContaining(Object.keys(expected)))
  expect(complaintsOf(world.api)).toEqual([])
}

it('without any one field, a user can do all that does not need it', async () => {
  const world = await worldForTest()
  await expectOutcomes(world, {
    fields: fieldsOf(world.api, 'User').filter((field) => field !== '_id'),
    expected: {
      // An address is found by its key.
      'emailKey: sign in by address': 'POST /login: 401 invalid_credentials',
      'emailKey: reset the password': 'no mail about /Reset your password/',
      'emailKey: confirm the address': 'no mail about /Confirm your email address/',
      'emailKey: say that it was somebody else': 'no mail about /Confirm your email address/',
      'emailKey: correct the address': 'POST /correct-email: 401 invalid_credentials',
      'emailKey: change the address and put it back': 'POST /undo-email: 400 token_invalid',
      'usernameKey: sign in by name': 'POST /login: 401 invalid_credentials',
      // Nobody proved the old one.
      'emailVerifiedAt: change the address and put it back': 'no mail about /Your email address was changed/',
      'passwordHash: sign in by address': 'POST /login: 401 invalid_credentials',
      'passwordHash: sign in by name': 'POST /login: 401 invalid_credentials',
      'passwordHash: confirm who one is': 'POST /reauthenticate: 400 validation_failed',
      'passwordHash: change the password': 'POST /change-password: 400 validation_failed',
      'passwordHash: change the name': 'PATCH /me: 400 validation_failed',
      'passwordHash: change the address and put it back': 'POST /change-email: 400 validation_failed',
      'passwordHash: correct the address': 'POST /correct-email: 401 invalid_credentials',
      'passwordHash: delete the account': 'DELETE /me: 400 validation_failed',
      'knownDevices: forget a browser': 'DELETE /devices/:id: 404 not_found',
      ...noSession('refreshTokens', 'refresh_token_revoked'),
      'refreshTokens: change the name': 'PATCH /me: 401 access_token_revoked',
      'refreshTokens: change the address and put it back': 'POST /change-email: 401 access_token_revoked',
      'refreshTokens: delete the account': 'DELETE /me: 401 access_token_revoked',
      'refreshTokens: forget a browser': 'DELETE /devices/:id: 401 access_token_revoked',
    },
  })
}, 600_000)

it('without any one field, a session goes on, or is over', async () => {
  const world = await worldForTest()
  const refresh = Object.keys(deeds).filter((name) => name.startsWith('refresh'))
  await expectOutcomes(world, {
    only: [...refresh, ...sessionDeeds],
    prefix: 'refreshTokens.0.',
    fields: fieldsOf(world.api, 'User', 'refreshTokens'),
    expected: {
      ...noSession('_id', 'refresh_token_revoked'),
      // We signed no token without one.
      ...refusedRefresh('generation', 'refresh_token_invalid'),
      ...refusedRefresh('expiresAt', 'refresh_token_expired'),
      ...refusedRefresh('absoluteExpiresAt', 'refresh_token_expired'),
      ...over('expiresAt'),
      ...over('absoluteExpiresAt'),
      // Nobody knows that the token was used a moment ago.
      'consumed: refresh with the token before': 'POST /refresh-token: 403 refresh_token_reused',
    },
  })
}, 600_000)

it('without any one field, what a session remembers of its past harms nobody', async () => {
  const world = await worldForTest()
  await expectOutcomes(world, {
    only: ['refresh with the token before'],
    prefix: 'refreshTokens.0.consumed.0.',
    fields: fieldsOf(world.api, 'User', 'refreshTokens', 'consumed'),
    expected: {
      'generation: refresh with the token before': 'POST /refresh-token: 403 refresh_token_reused',
      'at: refresh with the token before': 'POST /refresh-token: 403 refresh_token_reused',
    },
    ready: (world, { cookie }) => call(world, routes.refreshToken, { cookie }),
  })
}, 600_000)

it('without any one field, a known browser is known as well as can be', async () => {
  const world = await worldForTest()
  await expectOutcomes(world, {
    only: [...deviceDeeds],
    prefix: 'knownDevices.0.',
    fields: fieldsOf(world.api, 'User', 'knownDevices'),
    expected: { 'idHash: forget a browser': 'DELETE /devices/:id: 404 not_found' },
  })
}, 600_000)

it('a session that is over for want of a field is gone after the next sign-in', async () => {
  const world = await worldForTest()
  const gone: string[] = []
  for (const way of Object.keys(ways) as Way[])
    for (const field of fieldsOf(world.api, 'User', 'refreshTokens')) {
      const { _id, username } = await foreigner(world)
      await usersOf(world.api).updateOne({ _id }, ways[way](`refreshTokens.0.${field}`))
      await signIn(world, username)
      const user = await usersOf(world.api).findOne({ _id })
      if (user?.refreshTokens.length === 1) gone.push(`${field} ${way}`)
    }
  const over = ['_id', 'absoluteExpiresAt', 'expiresAt']
  expect(gone.sort()).toEqual(over.flatMap((field) => [`${field} missing`, `${field} null`]))
})

it('whoever has no key takes a name and an address, and the next one does, too', async () => {
  const world = await worldForTest()
  for (const field of ['usernameKey', 'emailKey'])
    for (const way of Object.keys(ways) as Way[]) {
      const who = await foreigner(world)
      await usersOf(world.api).updateOne({ _id: who._id }, ways[way](field))
      const { token } = who
      await call(world, routes.updateMe, { token, body: { username: `${who.username}2`, password } })
      const email = `next-${who.email}`
      await call(world, routes.changeEmail, { token, body: { email, password } })
      const confirm = await linkTo(world, who, email, /Confirm your new email/)
      await call(world, routes.confirmEmail, { token, body: { token: confirm } })
      await signIn(world, email)
    }
})

const deviceDeeds = [
  'sign in by name',
  'read everything',
  'forget a browser',
  'end other sessions',
  'change the password',
]
const sessionDeeds = [
  'confirm who one is',
  'sign in by name',
  'sign out',
  'read everything',
  'name a session',
  'end a session',
  'end other sessions',
  'sign out everywhere',
  'change the password',
  'get another role',
  'lose a session to an administrator',
  'lose all sessions to an administrator',
]

const over = (field: string) => ({
  [`${field}: confirm who one is`]: 'POST /reauthenticate: 401 access_token_revoked',
  [`${field}: change the password`]: 'POST /change-password: 401 access_token_revoked',
})

/** How it is when there is no session of which one could know. */
const noSession = (field: string, code: string) => ({
  ...refusedRefresh(field, code),
  ...over(field),
  [`${field}: sign out`]: 'POST /logout: 204',
  [`${field}: name a session`]: 'PATCH /sessions/:id: 404 not_found',
  [`${field}: end a session`]: 'DELETE /sessions/:id: 404 not_found',
  [`${field}: lose a session to an administrator`]:
    'DELETE /admin/users/:id/sessions/:sessionId: 404 not_found',
})
const refusedRefresh = (field: string, code: string) =>
  Object.fromEntries(
    Object.keys(deeds)
      .filter((name) => name.startsWith('refresh'))
      .map((name) => [`${field}: ${name}`, `POST /refresh-token: 403 ${code}`]),
  )
