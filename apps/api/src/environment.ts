import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { config as loadEnvironmentFile, parse } from 'dotenv'
import { root } from './root.ts'

type Environment = Record<string, string | undefined>

/** Settings that may stand in a file each, as containers are given secrets: `JWT_ACCESS_SECRET_FILE=/run/secrets/access`. */
export const settingsWithFiles = [
  'JWT_ACCESS_SECRET',
  'JWT_REFRESH_SECRET',
  'JWT_ACCESS_SECRET_PREVIOUS',
  'JWT_REFRESH_SECRET_PREVIOUS',
  'FACTOR_SECRET',
  'FACTOR_SECRET_PREVIOUS',
  'MONGO_URI',
  'MONGO_PASSWORD',
  'SMTP_URL',
] as const

/**
 * Adds to the environment of this process what stands in files: `.env` of the checkout, and then `withFiles`. What is set
 * already counts before them.
 */
export function loadEnvironment(): void {
  loadEnvironmentFile({ path: resolve(root, '.env'), quiet: true })
  withFiles(process.env)
}

/**
 * Fills settings that are empty: each from the file that `…_FILE` names, and what is empty still from the lines of
 * SECRETS_FILE. A file that cannot be read fills nothing; `readConfig` says what is missing then.
 */
export function withFiles(environment: Environment): void {
  for (const name of settingsWithFiles) {
    const file = environment[`${name}_FILE`]
    if (file && !environment[name]?.trim()) fill(environment, name, textOf(file).trim())
  }
  const { SECRETS_FILE } = environment
  if (!SECRETS_FILE) return
  for (const [name, value] of Object.entries(parse(textOf(SECRETS_FILE))))
    if (!environment[name]?.trim()) fill(environment, name, value)
}

function fill(environment: Environment, name: string, value: string): void {
  if (value !== '') environment[name] = value
}

/** Empty: it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(resolve(root, file), 'utf8')
  } catch {
    return ''
  }
}
