import { createHash } from 'node:crypto'
import { normalizePassword } from '@latchkey/contracts'
import type { Logger } from 'pino'

/** The longest that somebody who chooses a password waits for the service. */
const limitMs = 1000
/** An answer is about 2,000 lines of 40 bytes. */
const maxBytes = 1_000_000
const prefixLength = 5

/** Whether a password is in a collection of leaked ones. Never throws. */
export type IsBreached = (password: string) => Promise<boolean>

/**
 * Asks a service that works like the Pwned Passwords range API (k-anonymity). It is sent the first 5 of the 40 hex
 * digits of the password's SHA-1, and answers with the remaining digits of all hashes it knows. It learns neither the
 * password nor whether it was found. `url` undefined: nobody is asked. If the service is slow, broken or away, the
 * password passes.
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
    // Padded, so that the length of the answer does not reveal which prefix was asked for. No `traceparent`: by the id of
    // a caller's trace the service could tell which prefixes one person tried.
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

/** Lines are `REST:COUNT`. Padding lines have a count of 0. */
function names(answer: string, rest: string): boolean {
  return answer.split('\n').some((line) => {
    const [suffix = '', count = ''] = line.trim().split(':')
    return suffix.toUpperCase() === rest && Number(count) > 0
  })
}

/** Leaves out the address that was asked, which holds part of the password's hash. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? `: ${cause.code}` : ''
  return `${error.message}${code}`
}
