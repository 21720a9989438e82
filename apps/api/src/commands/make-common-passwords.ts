import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { foldPassword } from '../sign-in/password-folding.ts'

/**
 * `common-passwords <file>`: makes the list of common passwords from a file that has one password a line, the most
 * frequent first. `sign-in/common-passwords.md` names the file that was used.
 */
const wanted = 100_000
const shortest = 8
/** Shorter ones cannot be passwords here. The best known of them still count if little was added: `summer2024`. */
const stems = { among: 10_000, shortest: 5 }

const [source] = process.argv.slice(2)
if (source) make(source)
else {
  process.stderr.write('Say which file: passwords, one a line, the most frequent first.\n')
  process.exitCode = 1
}

function make(file: string): void {
  const bytes = readFileSync(file)
  const ranked = bytes.toString().split(/\r?\n/)
  const long = new Set<string>()
  let read = 0
  while (long.size < wanted && read < ranked.length) {
    const password = ranked[read++] ?? ''
    if ([...password].length >= shortest) long.add(foldPassword(password))
  }
  const short = ranked.slice(0, stems.among).filter((password) => password.length >= stems.shortest)
  const all = new Set([...long, ...short.map(foldPassword)])
  const list = `\n${[...all].sort().join('\n')}\n`
  writeFileSync(new URL('../sign-in/common-passwords.txt.br', import.meta.url), compress(list))
  process.stdout.write(
    `${all.size} passwords, ${long.size} of them long enough, from the first ${read} lines of a file with SHA-256 ${sha256(bytes)}\n`,
  )
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function compress(text: string): Buffer {
  return brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  })
}
