import { ServerError } from '../errors.ts'
import { type Document, document, int, type Maybe } from '../values/types.ts'

/** Runs each statement of a bulk write. An ordered one stops at the first error; what is done stays done. */
export function runBulk<T>(
  statements: readonly T[],
  options: Document,
  run: (statement: T, index: number) => void,
): { done: number; errors: Document[] } {
  const ordered = options.get('ordered') !== false
  const errors: Document[] = []
  let done = 0
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index)
      done++
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      errors.push(
        document({ index: int(index), code: int(error.code), errmsg: error.message, ...error.details }),
      )
      if (ordered) break
    }
  }
  return { done, errors }
}

export const writeReply = (counts: Record<string, Maybe>, errors: Document[]): Record<string, Maybe> => ({
  ...counts,
  writeErrors: errors.length > 0 ? errors : undefined,
  ok: 1,
})
