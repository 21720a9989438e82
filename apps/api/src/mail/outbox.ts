import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { makeOnce } from '../made-once.ts'
import type { Mail } from './mail.ts'

const StoredMailSchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
})
export type StoredMail = z.infer<typeof StoredMailSchema>

const shown = 100

export type Outbox = ReturnType<typeof createOutbox>

/** Development's mail: files in a folder, shown at /dev/mailbox. The key to that page is in the folder too. */
export function createOutbox(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    key: keyIn(folder),

    async put(mail: Mail): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const at = new Date().toISOString()
      const id = `${at.replace(/[:.]/g, '-')}_${randomUUID().slice(0, 8)}`
      const file = join(folder, `${id}.json`)
      // Written under another name first, so that a reader sees a whole file or none.
      await writeFile(`${file}.part`, JSON.stringify({ id, at, ...mail }, null, 2), { mode: 0o600 })
      await rename(`${file}.part`, file)
    },

    /** Newest first. */
    async list(): Promise<StoredMail[]> {
      const names = await readdir(folder).catch(() => [] as string[])
      const newest = names
        .filter((name) => name.endsWith('.json'))
        .sort()
        .reverse()
        .slice(0, shown)
      const mails = await Promise.all(newest.map((name) => read(name.slice(0, -5))))
      return mails.filter((mail) => mail !== null)
    },

    read,
  }

  /** Null: there is no mail of that name. */
  async function read(id: string): Promise<StoredMail | null> {
    if (!/^[\w-]+$/.test(id)) return null
    try {
      return StoredMailSchema.parse(JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8')))
    } catch {
      return null
    }
  }
}

/** 256 bits in base64url. */
function keyIn(folder: string): string {
  const file = join(folder, 'key')
  makeOnce(file, randomBytes(32).toString('base64url'))
  const key = readFileSync(file, 'utf8')
  if (!/^[\w-]{43}$/.test(key))
    throw new Error(`${file} does not hold a key; delete it and a new one is made.`)
  return key
}
