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
  'WEBHOOK_SECRET',
  'WEBHOOK_SECRET_PREVIOUS',
  'FIREBASE_SIGNER_KEY',
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
 * Fills settings that are empty: each from the file that `…_FILE` names, and what has none from the lines of SECRETS_FILE.
 * A file that gives nothing fills nothing; `fileProblems` says so.
 */
export function withFiles(environment: Environment): void {
  for (const name of settingsWithFiles) {
    const file = environment[`${name}_FILE`]
    if (file && isEmpty(environment[name])) fill(environment, name, read(file).text.trim())
  }
  const { SECRETS_FILE } = environment
  if (!SECRETS_FILE) return
  // Not in the place of a file that was named for it and gave nothing.
  for (const [name, value] of Object.entries(parse(read(SECRETS_FILE).text)))
    if (isEmpty(environment[name]) && !environment[`${name}_FILE`]) fill(environment, name, value)
}

interface FileProblem {
  /** Which one is wrong: the one that names the file, or the value beside it. */
  setting: string
  /** Whether there is nothing in it, or no such file: then somebody may put something there. */
  isEmpty: boolean
  sentence: string
}

/**
 * What is wrong with the files that the settings name. A SECRETS_FILE need not be there, and what is set counts before it.
 * Beside a file of its own nothing else may be set: docker-compose.yml sets an SMTP_URL, say, to which all mail would go.
 */
export function fileProblems(environment: Environment): FileProblem[] {
  const problems: FileProblem[] = []
  const complain = (setting: string, file: string, trouble: string | null) => {
    const why = trouble === null ? 'is empty' : `cannot be read (${trouble})`
    const sentence = `${setting} names ${file}, which ${why}`
    problems.push({ setting, isEmpty: trouble === null || trouble === 'ENOENT', sentence })
  }
  for (const name of settingsWithFiles) {
    const file = environment[`${name}_FILE`]
    if (!file) continue
    const { text, trouble } = read(file)
    const set = environment[name]?.trim()
    if (set) {
      // What this user may not read is not compared: the value may be given for that very reason.
      if (isEmpty(text) || text.trim() === set) continue
      const sentence = `${name} is set, and ${name}_FILE names ${file}, which holds another value: leave one of them empty`
      problems.push({ setting: name, isEmpty: false, sentence })
      continue
    }
    // Of former keys there may be none.
    if (trouble !== null || !name.endsWith('_PREVIOUS')) complain(`${name}_FILE`, file, trouble)
  }
  const { SECRETS_FILE } = environment
  const trouble = SECRETS_FILE ? read(SECRETS_FILE).trouble : null
  if (SECRETS_FILE && trouble !== null && trouble !== 'ENOENT')
    complain('SECRETS_FILE', SECRETS_FILE, trouble)
  return problems
}

/** Relative ones are those of the checkout, wherever a process is started. */
export const fileOf = (name: string): string => resolve(root, name)

const isEmpty = (value: string | undefined) => !value?.trim()

function fill(environment: Environment, name: string, value: string): void {
  if (value !== '') environment[name] = value
}

/** `trouble`: the code of the error, like ENOENT, where it could not be read. */
function read(file: string): { text: string; trouble: string | null } {
  try {
    return { text: readFileSync(fileOf(file), 'utf8'), trouble: null }
  } catch (error) {
    return { text: '', trouble: (error as NodeJS.ErrnoException).code ?? String(error) }
  }
}
