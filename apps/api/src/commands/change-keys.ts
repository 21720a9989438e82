import { resolve } from 'node:path'
import { FindUsersQuerySchema, secondsIn } from '@latchkey/contracts'
import { addSeconds } from '@latchkey/contracts/server'
import { signingKey } from '@latchkey/sessions'
import { fileOf, fileProblems } from '../environment.ts'
import { type Call, type Command, count, UsageError, yes } from './command.ts'
import { type EnvFile, openEnvFile } from './env-file.ts'
import { newPrivateKey, newSecret, newWebhookSecret } from './new-keys.ts'
import { moment } from './output.ts'

/** By what a key is called on the command line. */
const settings: Record<string, string> = {
  access: 'JWT_ACCESS_SECRET',
  refresh: 'JWT_REFRESH_SECRET',
  factor: 'FACTOR_SECRET',
  webhook: 'WEBHOOK_SECRET',
}

const keyWord = { name: 'key', help: `One of ${Object.keys(settings).join(', ')}` }
const file = {
  file: {
    value: '<path>',
    help: 'The file of settings; if it is not said, SECRETS_FILE, else .env of the checkout',
  },
}

export const rotate: Command = {
  name: 'keys rotate',
  summary: 'Put a new key in .env, and keep the former one as …_PREVIOUS',
  details: [
    'Nobody is signed out. Restart the API afterwards; `keys retire` takes the former key out when its time is over.',
    'With several processes: first `--announce` and restart them all, so that each knows the new key before one uses it.',
    'webhook: each webhook is signed with both, so that receivers can change when they like. It needs no --announce.',
    'For a key that has leaked this is not enough: docs/keys.md.',
  ],
  words: [keyWord],
  options: { announce: { help: 'Only let every process know the new key; rotate again to use it' }, ...file },
  examples: ['keys rotate access', 'keys rotate refresh --announce'],
  async run(call) {
    const { name, env } = opened(call, (name) => [name, `${name}_PREVIOUS`])
    const now = call.terminal.clock.now()
    const previous = `${name}_PREVIOUS`
    const current = env.value(name)
    const former = env.list(previous)
    const makeOne = `latchkey keys make${name === 'WEBHOOK_SECRET' ? ' webhook' : ''}`
    if (current === '' && name !== 'FACTOR_SECRET')
      throw new Error(`${env.path} does not set ${name}. Make one with: ${makeOne} >> ${env.path}`)
    const announced = env.remark(`${name} announced`) === null ? undefined : former[0]
    if (call.has('announce') && name === 'WEBHOOK_SECRET')
      throw new UsageError('Webhooks are signed with both secrets: rotate without --announce.')
    if (call.has('announce')) {
      if (announced) throw new Error(`A new ${name} is announced already. Rotate again without --announce.`)
      env.set(previous, [newKeyLike(current), ...former].join(','), name)
      env.setRemark(`${name} announced`, `on ${now.toISOString()}`)
      env.save()
      call.output.audit('keys rotate', { setting: name, announced: true })
      return call.output.answer({ setting: name, announced: true }, [
        `A new ${name} stands in ${previous}. Restart every process; then rotate again without --announce.`,
      ])
    }
    const next = announced ?? newKeyLike(current)
    const whenToGoOn = whenToRetire(call, name, env)
    const kept = [...(current === '' ? [] : [current]), ...former.filter((key) => key !== announced)]
    // Only that of factors may be missing, and until then the other takes its place.
    env.set(name, next, 'JWT_REFRESH_SECRET')
    env.set(previous, kept.join(','), name)
    env.setRemark(`${name} announced`, null)
    env.setRemark(`${previous} since`, now.toISOString())
    env.save()
    const facts = { setting: name, ...kidOf(name, next), former: kept.length }
    call.output.audit('keys rotate', facts)
    call.output.answer(facts, [
      `${name} is new in ${env.path}; the former one stands in ${previous}.`,
      `Restart the API. ${whenToGoOn}`,
    ])
  },
}

export const retire: Command = {
  name: 'keys retire',
  summary: 'Take a former key out of .env, once nothing that lives was made with it',
  details: [
    'access: ACCESS_TOKEN_EXPIRY after the restart. refresh: twice REFRESH_TOKEN_EXPIRY; it stays where it opens secrets of apps.',
    'factor: when no authenticator app is encrypted with it any more, which the database of the API says.',
    'webhook: when every receiver has the new one, which nobody here can see: it asks.',
    'Where it is too early nothing is done, unless --yes says that it is wanted all the same.',
  ],
  words: [keyWord],
  options: { ...yes, ...file },
  examples: ['keys retire access', 'keys retire factor'],
  async run(call) {
    const { name, env } = opened(call, (name) => [
      name,
      `${name}_PREVIOUS`,
      ...(name === 'JWT_REFRESH_SECRET' ? ['FACTOR_SECRET_PREVIOUS'] : []),
    ])
    const previous = `${name}_PREVIOUS`
    const former = env.list(previous)
    if (former.length === 0) throw new Error(`There is no former ${name} in ${env.path}.`)
    if (env.remark(`${name} announced`) !== null)
      throw new Error(`A new ${name} is announced in ${previous}. Rotate first.`)
    const objection =
      name === 'FACTOR_SECRET'
        ? await appsLost(call, env, former)
        : name === 'WEBHOOK_SECRET'
          ? 'Has every receiver the new secret? One that has not refuses every webhook from the restart on.'
          : tooEarly(call, name, env)
    if (objection) await call.confirm(objection)
    env.set(previous, '')
    env.setRemark(`${previous} since`, null)
    // It may have encrypted secrets of apps, where FACTOR_SECRET was empty. There no token is believed by it.
    if (name === 'JWT_REFRESH_SECRET')
      env.set('FACTOR_SECRET_PREVIOUS', [...env.list('FACTOR_SECRET_PREVIOUS'), ...former].join(','), name)
    env.save()
    const facts = { setting: name, retired: former.length }
    call.output.audit('keys retire', facts)
    call.output.answer(facts, [
      `${count(former.length, 'former key')} taken out of ${previous}. Restart the API.`,
    ])
  },
}

/**
 * `settingsOf`: those that the command reads and writes. Throws Error, before anything is changed, when one that counts is
 * not the one of the file, or holds what cannot stand in a file without quotes.
 */
function opened(call: Call, settingsOf: (name: string) => string[]): { name: string; env: EnvFile } {
  const name = settings[call.word('key')]
  if (!name)
    throw new UsageError(
      `There is no key called "${call.word('key')}". Say ${Object.keys(settings).join(', ')}.`,
    )
  const { environment } = call.terminal
  // What is in force could not be compared with what stands in the file. Others are the API's business.
  const needed = settingsOf(name).flatMap((setting) => [setting, `${setting}_FILE`])
  if (call.text('file') === undefined) needed.push('SECRETS_FILE')
  const problem = fileProblems(environment).find(({ setting }) => needed.includes(setting))
  if (problem) throw new Error(`${problem.sentence}.`)
  const env = openEnvFile(
    call.text('file') === undefined
      ? fileOf(environment.SECRETS_FILE || '.env')
      : resolve(call.text('file') ?? ''),
  )
  if (name === 'WEBHOOK_SECRET' && env.list(name).length > 1)
    throw new Error(`${name} holds a secret for each endpoint. Change it by hand (docs/webhooks.md).`)
  for (const setting of settingsOf(name)) {
    const inForce = call.terminal.environment[setting]
    // Also an empty one: what is in the environment is never overridden by a file.
    if (inForce !== undefined && inForce !== env.value(setting))
      throw new Error(`${setting} is set elsewhere, not by ${env.path}. Change it there (docs/keys.md).`)
    const keys = setting === name ? [env.value(setting)].filter(Boolean) : env.list(setting)
    if (!keys.every(isPlain))
      throw new Error(
        `${setting} holds a key with characters that only quotes keep whole. Change it by hand (docs/keys.md).`,
      )
  }
  return { name, env }
}

/** Read alike by everything that reads `.env`, without quotes: Compose, systemd, shells. All keys made here are. */
const isPlain = (key: string) => /^[\w:+/=.-]+$/.test(key)

/** Of the kind that is in use. */
function newKeyLike(current: string): string {
  if (current.startsWith('whsec_')) return newWebhookSecret()
  return current.startsWith('es256:') ? newPrivateKey() : newSecret()
}

/** By what tokens name it. */
const kidOf = (name: string, key: string) => (name.startsWith('JWT_') ? { kid: signingKey(key).kid } : {})

/** When nothing that lives is signed with a key that is replaced at this moment. Throws Error where no setting says it. */
function overAt(call: Call, name: string, env: EnvFile, since: Date): Date {
  const seconds = (setting: string, otherwise: string) => {
    // As for the API: the file adds to the environment, and overrides nothing there.
    const duration = secondsIn((call.terminal.environment[setting] ?? env.value(setting)) || otherwise)
    if (Number.isNaN(duration)) throw new Error(`${setting} is not a duration like ${otherwise}.`)
    return duration
  }
  return name === 'JWT_ACCESS_SECRET'
    ? addSeconds(since, seconds('ACCESS_TOKEN_EXPIRY', '15m'))
    : addSeconds(since, 2 * seconds('REFRESH_TOKEN_EXPIRY', '7d'))
}

function whenToRetire(call: Call, name: string, env: EnvFile): string {
  if (name === 'FACTOR_SECRET')
    return 'The former one is needed until every app was used once: latchkey keys retire factor says whether.'
  if (name === 'WEBHOOK_SECRET')
    return 'Webhooks are signed with both then. Give each receiver the new one; when all have it: latchkey keys retire webhook'
  return `Counted from the restart, and so at the earliest after ${moment(overAt(call, name, env, call.terminal.clock.now()))}: latchkey keys retire ${name === 'JWT_ACCESS_SECRET' ? 'access' : 'refresh'}`
}

/** Null: its time is over. */
function tooEarly(call: Call, name: string, env: EnvFile): string | null {
  const said = env.remark(`${name}_PREVIOUS since`)
  const since = said === null ? null : new Date(said)
  const who = name === 'JWT_ACCESS_SECRET' ? 'access tokens' : 'sessions that nobody came back to since'
  const restarted = 'Was every process restarted since, and long enough ago?'
  // Nor does a remark that somebody has mangled say it.
  if (since === null || Number.isNaN(since.getTime()))
    return `Nothing says since when ${name}_PREVIOUS is the former key: ${who} may still need it. ${restarted}`
  const over = overAt(call, name, env, since)
  return over > call.terminal.clock.now()
    ? `Until ${moment(over)} at least, counted from the restart, there may be ${who} that need this key. ${restarted}`
    : null
}

/** Null: no app needs it, by a count that can be believed. */
async function appsLost(call: Call, env: EnvFile, former: string[]): Promise<string | null> {
  const { services } = await call.open()
  const { environment } = call.terminal
  const kept = ['FACTOR_SECRET', 'JWT_REFRESH_SECRET', 'JWT_REFRESH_SECRET_PREVIOUS'].flatMap(env.list)
  const lost = await services.factorStore.countSealedWith(former.filter((key) => !kept.includes(key)))
  const { users } = await services.userList.find(FindUsersQuerySchema.parse({}))
  // Where its former keys are in force, so is its database. `opened` has refused others than those of the file.
  const isInForce =
    environment.FACTOR_SECRET_PREVIOUS !== undefined &&
    (env.value('MONGO_URI') === '' || env.value('MONGO_URI') === environment.MONGO_URI)
  const objections = [
    lost > 0 &&
      `${count(lost, 'authenticator app')} would be lost: encrypted with a former key, and not used since. Their owners would need recovery codes.`,
    !environment.MONGO_URI &&
      'MONGO_URI is not set here, so that apps were counted in the embedded database. Does the API use that one?',
    !isInForce &&
      `The settings in force here do not come from ${env.path}, so that apps may have been counted in another database than its API uses.`,
    users.length === 0 && 'The database in which apps were counted has no account. Is it the right one?',
  ]
  return objections.filter(Boolean).join('\n') || null
}
