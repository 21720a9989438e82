import { secondsIn } from '@latchkey/contracts'
import { runCommand, say, withServices } from './with-services.ts'

const longestSeconds = 30 * 86_400

/**
 * For somebody who has lost every second factor, be it an app or passkeys: `reset-factors <email address or username>
 * [--after 24h]`. Their owner is told at once and can stop it by signing in with a factor; when the time is over, a
 * running API removes them. `--cancel`: takes it back.
 */
runCommand(async (words) => {
  const { identifier, waitSeconds, cancel } = read(words)
  await withServices(async ({ accounts, factorResets }) => {
    const account = await accounts.findByIdentifier(identifier)
    if (!account) throw new Error(`There is no account ${identifier}.`)
    const { _id, username, passwordHash } = account
    if (cancel) {
      if (!(await factorResets.cancel(_id))) throw new Error(`Nothing was asked for of ${username}.`)
      return void say(`The second factor of ${username} stays.`)
    }
    if (!passwordHash)
      throw new Error(
        `${username} signs in by passkey alone. “Forgot your password?” sends them a link that sets a password; ask again after that.`,
      )
    const dueAt = await factorResets.request(_id, waitSeconds)
    if (!dueAt) throw new Error(`${username} has no second factor.`)
    say(
      `The second factor of ${username} is removed on ${dueAt.toUTCString()}, unless they sign in with it before. Passkeys go with it.`,
    )
  })
})

function read(words: string[]) {
  const after = words.indexOf('--after')
  const duration = after < 0 ? '24h' : (words[after + 1] ?? '')
  const waitSeconds = /^\d{1,6}[smhd]$/.test(duration) ? secondsIn(duration) : Number.NaN
  if (!(waitSeconds <= longestSeconds))
    throw new Error('Say how long to wait, like --after 24h; 30d at most.')
  const rest = words.filter((_, i) => after < 0 || (i !== after && i !== after + 1))
  const [identifier, ...others] = rest.filter((word) => word !== '--cancel')
  if (!identifier || others.length > 0) throw new Error('Say whose: an email address or username.')
  return { identifier, waitSeconds, cancel: rest.includes('--cancel') }
}
