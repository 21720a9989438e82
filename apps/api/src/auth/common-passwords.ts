import { normalizePassword } from '@latchkey/contracts'
import { dictionary } from '@zxcvbn-ts/language-common'

const common = new Set(dictionary['passwords-common'].filter((password) => password.length >= 8))

/** Whether a password is among the best known ones, however it is written (NIST SP 800-63B-4 §3.1.1.2). */
export const isCommonPassword = (password: string) => common.has(normalizePassword(password).toLowerCase())
