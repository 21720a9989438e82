import { createHash } from 'node:crypto'
import { normalizePassword } from '@latchkey/contracts'
import type { Logger } from 'pino'

/** Whoever chooses a password waits no longer than this for the answer, whatever the service does. */
const limitMs = 1000
/** An answer is some 2,000 lines of 40 bytes. */
const maxBytes = 1_000_000
const prefixLength = 5

/** Whether a password stands in a collection of leaked ones. Never throws. */
export type IsBreached = (password: string) => Promise<boolean>

/**
 * Asks a service that has the form of the Pwned Passwords range API (k-anonymity): it hears the first 5 of the 40 digits of
 * the password's SHA-1, answers with all rests it knows for them, and learns neither the password nor whether it was there.
 * `url` undefined: nobody is asked. A service that is slow, broken or away refuses no password.
 */
export function createBreachedPasswords({ url, log }: { url: string | undefined; log: Logger }): IsBreached {
  if (url === undefined) return async () => false
  const range = url.replace(/\/*$/, '/')
  return async (password) => {
    const digest = createHash('sha1').update(normalizePassword(password)).digest('hex').toUpperCase()
    try {
      const answer = await ask(`${range}${digest.slice(0, prefixLength)}`)
      return names(answer, digest.slice(prefixLength))
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the breach service did not answer; a password passed unchecked')
      return false
    }
  }
}

async function ask(url: string): Promise<string> {
  const response = await fetch(url, {
    // Padded, so that not even the length of the answer says what was asked for.
    headers: { 'Add-Padding': 'true', 'User-Agent': 'Latchkey' },
    redirect: 'error',
    signal: AbortSignal.timeout(limitMs),
  })
  if (!response.ok) throw new Error(`it answered ${response.status}`)
  return await readAll(response)
}

async function readAll({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    // Leaving the loop closes the connection.
    if (bytes > maxBytes) throw new Error(`its answer is longer than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

/** Lines are `REST:COUNT`; those that only pad have a count of 0. */
function names(answer: string, rest: string): boolean {
  return answer.split('\n').some((line) => {
    const [suffix = '', count = ''] = line.trim().split(':')
    return suffix.toUpperCase() === rest && Number(count) > 0
  })
}

/** Without the address that was asked, which holds part of a password's digest. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? `: ${cause.code}` : ''
  return `${error.message}${code}`
}
