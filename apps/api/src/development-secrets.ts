import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { makeOnce } from './made-once.ts'

const SecretsSchema = z.object({ accessSecret: z.string().min(1), refreshSecret: z.string().min(1) })

/**
 * The secrets of a development checkout. Made once and kept beside the data, so that a restart keeps people signed
 * in.
 */
export function developmentSecrets(dataDir: string): z.infer<typeof SecretsSchema> {
  const file = join(dataDir, 'development-secrets.json')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const secret = () => randomBytes(48).toString('base64url')
  makeOnce(file, JSON.stringify({ accessSecret: secret(), refreshSecret: secret() }))
  try {
    return SecretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    const advice = 'delete it and new ones are made (which signs everybody out)'
    throw new Error(`${file} does not hold two secrets; ${advice}.`, { cause })
  }
}
