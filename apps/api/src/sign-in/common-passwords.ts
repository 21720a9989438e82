import { createRequire } from 'node:module'
import { normalizePassword } from '@latchkey/contracts'

let common: Set<string> | undefined

/** Whether a password is among the best known ones, however it is written (NIST SP 800-63B-4 §3.1.1.2). */
export function isCommonPassword(password: string): boolean {
  common ??= longEnough()
  return common.has(normalizePassword(password).toLowerCase())
}

/** Read when the first password is chosen: the lists are 8 MB, and a process that only lets people in needs none. */
function longEnough(): Set<string> {
  const require = createRequire(import.meta.url)
  const { dictionary } = require('@zxcvbn-ts/language-common') as typeof import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'].filter((password) => password.length >= 8))
}
