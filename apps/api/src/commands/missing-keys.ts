import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileOf, fileProblems, withFiles } from '../environment.ts'
import { makeOnce } from '../made-once.ts'
import { openEnvFile } from './env-file.ts'
import { newSecret } from './new-keys.ts'
import { replaceFile } from './replace-file.ts'

type Environment = Record<string, string | undefined>

/** What was made, by the names of the settings, and in which file. */
export interface Made {
  settings: string[]
  file: string
}

/**
 * Makes the secrets that an installation lacks, in the files that its settings name: those of tokens and factors in
 * SECRETS_FILE, the database's password in MONGO_PASSWORD_FILE. Changes none that is there. A MONGO_PASSWORD that is given
 * is kept in the file, for the database reads it there.
 *
 * Throws Error with a sentence, and makes nothing, when a secret is missing and no file is named, when a file cannot be read
 * or written, when another password is given than the one in the file, and when one of the two is there and the other is
 * gone, unless `anew`: then it was kept elsewhere, or lost.
 */
export function makeMissingKeys(given: Environment, anew = false): Made[] {
  // Somebody may have been quicker since this process began.
  const environment = { ...given }
  withFiles(environment)
  // What is not there yet is what is made here, and of another password there is more to say below.
  const [problem] = fileProblems(environment).filter(
    ({ setting, isEmpty }) => setting !== 'MONGO_PASSWORD' && (setting !== 'MONGO_PASSWORD_FILE' || !isEmpty),
  )
  if (problem) throw new Error(`${problem.sentence}.`)
  const password = passwordOf(environment)
  const secrets = missingSecrets(environment, password?.isKept === true && !anew)
  if (password && !password.isKept && !password.given && !secrets && !anew && hasMadeSecrets(environment))
    throw new Error(
      `The secrets are there, and the database's password is not in ${password.file}. Put it back, as MONGO_PASSWORD. For a database that was never started: latchkey keys make --missing --anew`,
    )
  try {
    return [...(secrets ? [makeSecrets(secrets)] : []), ...(password ? keepPassword(password) : [])]
  } catch (error) {
    throw explained(error)
  }
}

function missingSecrets(environment: Environment, isOld: boolean): Made | null {
  const settings = ['JWT_ACCESS_SECRET', 'JWT_REFRESH_SECRET'].filter((name) => !environment[name]?.trim())
  if (settings.length === 0) return null
  const missing = `${settings.join(' and ')} ${settings.length > 1 ? 'are' : 'is'} missing`
  if (!environment.SECRETS_FILE)
    throw new Error(
      `${missing}. Say in SECRETS_FILE where to keep what is made, or make it with: latchkey keys make`,
    )
  if (isOld)
    throw new Error(
      `${missing}, and the database has its password: this installation had its secrets elsewhere, perhaps in .env. Put them back. New ones sign everybody out: latchkey keys make --missing --anew`,
    )
  // Where there never were secrets, nothing is encrypted yet.
  if (settings.length === 2 && !environment.FACTOR_SECRET?.trim()) settings.push('FACTOR_SECRET')
  return { settings, file: fileOf(environment.SECRETS_FILE) }
}

function makeSecrets({ settings, file }: Made): Made {
  const lines = settings.map((name) => `${name}=${newSecret()}\n`)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  makeOnce(file, `# Made at the first start. Whoever reads these can sign in as anybody.\n${lines.join('')}`)
  // It was there before, with others, or somebody was quicker.
  const env = openEnvFile(file)
  const lacking = settings.filter((name) => env.value(name) === '')
  for (const name of lacking) env.set(name, newSecret())
  if (lacking.length > 0) env.save()
  return { settings, file }
}

/** Whether an earlier start has made secrets here; one that made them has made a password, too. */
const hasMadeSecrets = ({ SECRETS_FILE }: Environment): boolean =>
  SECRETS_FILE !== undefined && /^JWT_\w+=./m.test(textIn(fileOf(SECRETS_FILE)))

interface Password {
  file: string
  given: string
  /** Whether one stands in the file. */
  isKept: boolean
}

function passwordOf({ MONGO_PASSWORD_FILE, MONGO_PASSWORD }: Environment): Password | null {
  if (!MONGO_PASSWORD_FILE) return null
  const file = fileOf(MONGO_PASSWORD_FILE)
  const given = MONGO_PASSWORD?.trim() ?? ''
  const kept = textIn(file)
  if (given && kept && given !== kept)
    throw new Error(
      `MONGO_PASSWORD is not the one that the database was made with, which stands in ${file}. Change it in the database first, then there; or take it out of the settings.`,
    )
  return { file, given, isKept: kept !== '' }
}

function keepPassword({ file, given, isKept }: Password): Made[] {
  if (isKept) return []
  const password = given || newSecret()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  makeOnce(file, password)
  // An empty one is what a power failure leaves.
  if (textIn(file) === '') replaceFile(file, password)
  return given ? [] : [{ settings: ['MONGO_PASSWORD'], file }]
}

/** Empty: there is none, or nothing in it. */
function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

function explained(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException
  if (path === undefined || (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS')) return error
  const folder = dirname(path)
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid
  const own = process.getuid?.()
  const whose = owner === own ? '' : ` It belongs to user ${owner}, and this runs as user ${own}.`
  return new Error(`Nothing can be written into ${folder} (${code}).${whose}`, { cause: error })
}
