import { once } from 'node:events'
import type { Response } from 'express'

/**
 * Answers with an object whose last member is a list, and writes the items as they come. Resolves when all are
 * written; it does not end the answer. If the list fails, the answer is cut off, so that nobody takes it for
 * complete.
 */
export async function streamJson(
  res: Response,
  object: Record<string, unknown>,
  name: string,
  items: AsyncIterable<unknown>,
): Promise<void> {
  const head = JSON.stringify(object).slice(0, -1)
  res.type('application/json')
  res.write(`${head}${head === '{' ? '' : ','}${JSON.stringify(name)}:[`)
  let separator = ''
  for await (const item of items) {
    if (res.destroyed) return
    if (!res.write(separator + JSON.stringify(item))) await drained(res)
    separator = ','
  }
  res.write(']}')
}

/** Resolves when there is room again, or the reader has gone. Leaves no listener behind. */
async function drained(res: Response): Promise<void> {
  const waiting = new AbortController()
  const { signal } = waiting
  await Promise.race([once(res, 'drain', { signal }), once(res, 'close', { signal })])
  waiting.abort()
}
