import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeOnce } from '../made-once.ts'
import { UsageError } from './command.ts'
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
 * is kept in the file, for the database reads it there. Throws UsageError when a secret is missing and no file is named.
 */
export function makeMissingKeys(environment: Environment): Made[] {
  return [...missingSecrets(environment), ...databasePassword(environment)]
}

function missingSecrets(environment: Environment): Made[] {
  const settings = ['JWT_ACCESS_SECRET', 'JWT_REFRESH_SECRET'].filter((name) => !environment[name]?.trim())
  if (settings.length === 0) return []
  const { SECRETS_FILE: file } = environment
  if (!file)
    throw new UsageError(
      `${settings.join(' and ')} is missing. Say in SECRETS_FILE where it is to be kept, or make it with: latchkey keys make`,
    )
  // Where there never were secrets, nothing is encrypted yet.
  if (settings.length === 2 && !environment.FACTOR_SECRET?.trim()) settings.push('FACTOR_SECRET')
  makeFile(
    file,
    '# The secrets of this installation, made at its first start. Whoever reads them can sign in as anybody.\n',
  )
  const env = openEnvFile(file)
  const made = settings.filter((name) => env.value(name) === '')
  for (const name of made) env.set(name, newSecret())
  env.save()
  return [{ settings: made, file }]
}

function databasePassword({ MONGO_PASSWORD_FILE: file, MONGO_PASSWORD }: Environment): Made[] {
  if (!file) return []
  const given = MONGO_PASSWORD?.trim()
  if (!existsSync(file)) {
    makeFile(file, given || newSecret())
    return given ? [] : [{ settings: ['MONGO_PASSWORD'], file }]
  }
  if (given && given !== readFileSync(file, 'utf8').trim()) replaceFile(file, given)
  return []
}

function makeFile(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  makeOnce(file, content)
}
