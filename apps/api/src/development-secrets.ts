import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const SecretsSchema = z.object({ accessSecret: z.string().min(1), refreshSecret: z.string().min(1) })

/**
 * The secrets of a development checkout: made once, kept beside the data, so that a restart keeps people signed in.
 * The file appears whole or not at all, and only once: of two processes that start together the later one reads the
 * other's.
 */
export function developmentSecrets(dataDir: string): z.infer<typeof SecretsSchema> {
  const file = join(dataDir, 'development-secrets.json')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  makeOnce(file)
  try {
    return SecretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    const advice = 'delete it and new ones are made (which signs everybody out)'
    throw new Error(`${file} does not hold two secrets; ${advice}.`, { cause })
  }
}

function makeOnce(file: string): void {
  const secret = () => randomBytes(48).toString('base64url')
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, JSON.stringify({ accessSecret: secret(), refreshSecret: secret() }), { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}
