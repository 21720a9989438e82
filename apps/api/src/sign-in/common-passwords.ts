import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { foldPassword } from './password-folding.ts'

let list: Buffer | undefined

/** Whether a password, or a variant of it (`P@ssw0rd`), is among the best known ones (NIST SP 800-63B-4 §3.1.1.2). */
export function isCommonPassword(password: string): boolean {
  // Read when the first password is chosen, in 5 ms and 1 MB: a process that only lets people in needs none.
  list ??= read()
  return list.includes(`\n${foldPassword(password)}\n`)
}

/** Folded, sorted, one a line. COMMON-PASSWORDS.md says whose they are. */
const read = () => brotliDecompressSync(readFileSync(new URL('./common-passwords.txt.br', import.meta.url)))
