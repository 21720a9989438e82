import { administratorDevice, byAdministrator, isDatabaseOutage, sessionView } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { Services } from '../compose.ts'
import {
  type Call,
  type Command,
  CommandError,
  count,
  exitCodes,
  type Group,
  NotFoundError,
  tell,
  UsageError,
  yes,
} from './command.ts'
import { findAccount, userWord } from './find-account.ts'
import { plain } from './output.ts'
import { sessionColumns } from './session-columns.ts'

const list: Command = {
  name: 'sessions list',
  summary: 'List where somebody is signed in, the last used first',
  words: [userWord],
  examples: ['sessions list ada', 'sessions list ada@example.com --json'],
  async run(call) {
    const { services } = await call.open()
    const account = await findAccount(services, call.word('user'))
    const own = await services.sessions.list(account._id.toHexString())
    call.output.list(
      own.map((session) => sessionView(session, null)),
      sessionColumns,
    )
    if (own.length === 0) call.output.remark(`${account.username} is signed in nowhere.`)
  },
}

const end: Command = {
  name: 'sessions end',
  summary: 'End one session of somebody, or all of theirs',
  details: [
    'Its access tokens are refused at once, by every API that is running within a second.',
    'With --all the browsers that the account knows are forgotten, too: none is trusted any more.',
  ],
  words: [
    userWord,
    { name: 'session', help: 'The id of a session, as `sessions list` shows it', optional: true },
  ],
  options: { all: { help: 'Every session of theirs' }, ...yes },
  examples: ['sessions end ada 674773e1f4a2b8c9d0e1f2a3 --yes', 'sessions end ada --all --yes'],
  async run(call) {
    const session = call.word('session')
    if ((session === '') === !call.has('all')) throw new UsageError('Say which session, or --all.')
    const { services } = await call.open()
    const { _id, username } = await findAccount(services, call.word('user'))
    const id = _id.toHexString()
    const own = await services.sessions.stored(id)
    if (call.has('all')) {
      await call.confirm(
        `This ends ${count(own.length, 'session')} of 1 account, ${username}: no browser that it knows is trusted any more.`,
      )
      // First, or a thief's browser that is trusted would open the next one with no code.
      await services.knownDevices.forgetOthers(id, null)
      const ended = await services.sessions.revokeOthers(id, null, byAdministrator)
      await tell(services, 'session_revoked', id)
      return call.output.answer({ ended }, [`${count(ended, 'session')} of ${username} ended.`])
    }
    const meant = own.find((each) => each._id.equals(session))
    if (meant)
      await call.confirm(
        `This ends the session ${plain(sessionView(meant, null).device)} of 1 account, ${username}.`,
      )
    const ended = meant && (await services.sessions.revoke(id, session, byAdministrator))
    if (!ended) throw new NotFoundError(`${username} has no session ${plain(session)}.`)
    await services.events.record({
      kind: 'session_revoked',
      userId: id,
      sessionId: session,
      device: administratorDevice,
      ended,
    })
    const view = sessionView(ended, null)
    call.output.answer({ ended: 1, session: view }, [`The session ${view.device} of ${username} ended.`])
  },
}

const endAll: Command = {
  name: 'sessions end-all',
  summary: 'End every session of everybody',
  details: [
    'For when a secret has leaked, or a copy of the database. Everybody has to sign in again, with every factor of theirs.',
    'Accounts are done in batches, in the order of their ids. An API that is running refuses the access tokens of a batch',
    'within a second, also where it cannot reach the database: it asks that for each request after five seconds.',
    'When it is interrupted it says how to go on. Whoever signs in behind it stays signed in.',
  ],
  options: {
    after: { value: '<id>', help: 'Go on after this account, as an interrupted call said' },
    ...yes,
  },
  examples: ['sessions end-all', 'sessions end-all --yes --json'],
  async run(call) {
    const from = call.text('after')
    if (from !== undefined && !/^[0-9a-f]{24}$/.test(from))
      throw new UsageError('--after is the id of an account, as an interrupted call said it.')
    const after = from === undefined ? null : new Types.ObjectId(from)
    const { services } = await call.open()
    const { users, sessions } = await services.sessions.countEverybody(after, (users) =>
      call.output.progress(`${count(users, 'account')} so far`),
    )
    call.output.progress(null)
    await call.confirm(
      `This ends ${count(sessions, 'session')} of ${count(users, 'account')}: everybody has to sign in again, and no browser is trusted any more.`,
    )
    const interruption = call.terminal.interruption()
    // Of those who are signed in nowhere, too. Whoever goes on has been past here.
    if (!after) await services.knownDevices.untrustEverybody()
    const done = await endEverybodys(call, services, { after, users, interruption })
    call.output.audit('sessions end-all', done)
    call.output.answer(done, [
      `${count(done.sessions, 'session')} of ${count(done.accounts, 'account')} ended.`,
      'Within a second from now the last API that is running refuses what was issued to them.',
    ])
  },
}

export const sessions: Group = {
  name: 'sessions',
  summary: 'See and end sessions',
  commands: [list, end, endAll],
}

/** Throws CommandError with the words that go on, when it is interrupted or fails. */
async function endEverybodys(
  { output }: Pick<Call, 'output'>,
  { sessions, events, knownDevices }: Pick<Services, 'sessions' | 'events' | 'knownDevices'>,
  { after, users, interruption }: { after: Types.ObjectId | null; users: number; interruption: AbortSignal },
): Promise<{ accounts: number; sessions: number }> {
  const done = { accounts: 0, sessions: 0 }
  const startedAt = performance.now()
  let last = after
  const stopped = (why: string, cause?: unknown) => {
    output.audit('sessions end-all', { ...done, stopped: true, last: last?.toHexString() ?? null })
    const words = `sessions end-all${last ? ` --after ${last.toHexString()}` : ''}`
    const ended = `${count(done.sessions, 'session')} of ${count(done.accounts, 'account')} ended`
    return new CommandError(`${why}: ${ended}. Go on with: latchkey ${words}`, exitCodes.failed, { cause })
  }
  try {
    const batches = sessions.revokeEverybody({
      after,
      async onRevoked({ holders, signedIn }) {
        // Again: some may have been trusted since all were not.
        await knownDevices.untrustAll(holders)
        await events.recordForEach('session_revoked', signedIn, administratorDevice)
      },
    })
    for await (const batch of batches) {
      done.accounts += batch.users
      done.sessions += batch.sessions
      last = batch.last
      output.progress(progressOf(done.accounts, users, performance.now() - startedAt))
      if (interruption.aborted) break
    }
  } catch (error) {
    output.progress(null)
    throw stopped(
      isDatabaseOutage(error) ? 'The database went away' : `Stopped by an error (${messageOf(error)})`,
      error,
    )
  }
  output.progress(null)
  if (interruption.aborted) throw stopped('Interrupted')
  return done
}

function progressOf(done: number, all: number, elapsedMs: number): string {
  const secondsLeft = Math.ceil(((elapsedMs / Math.max(1, done)) * Math.max(0, all - done)) / 1000)
  return `${done.toLocaleString('en')} of ${count(all, 'account')}, about ${count(secondsLeft, 'second')} left`
}

const messageOf = (error: unknown) => plain(error instanceof Error ? error.message : String(error))
