import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { foldPassword } from './password-folding.ts'

let list: Buffer | undefined

/** Whether a password, or a variant of it (`P@ssw0rd`), is one of the most common (NIST SP 800-63B-4 §3.1.1.2). */
export function isCommonPassword(password: string): boolean {
  // Read when somebody first chooses a password (5 ms, 1 MB). A process that only signs people in does not need it.
  list ??= read()
  return list.includes(`\n${foldPassword(password)}\n`)
}

/** Folded and sorted, one a line. common-passwords.md says where the list is from. */
const read = () => brotliDecompressSync(readFileSync(new URL('./common-passwords.txt.br', import.meta.url)))
