import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The secrets of a development checkout: made once, kept beside the data, so that a restart keeps people signed in.
 * Two processes that start at once agree: the file is created exclusively and the loser reads the winner's.
 */
export function developmentSecrets(dataDir: string): { accessSecret: string; refreshSecret: string } {
  const file = join(dataDir, 'development-secrets.json')
  const secret = () => randomBytes(48).toString('base64url')
  mkdirSync(dataDir, { recursive: true })
  try {
    const made = { accessSecret: secret(), refreshSecret: secret() }
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
    return made
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const { accessSecret, refreshSecret } = kept
  if (typeof accessSecret !== 'string' || typeof refreshSecret !== 'string')
    throw new Error(
      `${file} does not hold two secrets; delete it and new ones are made (this signs everybody out).`,
    )
  return { accessSecret, refreshSecret }
}
