import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { RefreshTokenStore } from '@latchkey/auth-client'

/** Keeps the token in a file that nobody else may read. A crash leaves the old file or the new one, and no half. */
export const tokenFile = (path: string): RefreshTokenStore => ({
  read() {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  },
  write(token) {
    if (token === null) return rmSync(path, { force: true })
    const unfinished = `${path}.${process.pid}`
    writeFileSync(unfinished, token, { mode: 0o600 })
    renameSync(unfinished, path)
  },
})
