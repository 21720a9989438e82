import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'

interface Mail {
  to: string
  subject: string
  text: string
}

/** What the product would have sent, oldest first. */
async function mailsTo(dataDir: string, address: string): Promise<Mail[]> {
  const folder = join(dataDir, 'outbox')
  const names = await readdir(folder).catch(() => [] as string[])
  const files = names.filter((name) => name.endsWith('.json')).sort()
  const mails = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))),
  )
  return mails.filter(({ to }) => to === address)
}

/** Waits for the newest mail to an address whose text says so. */
export async function mailTo(dataDir: string, address: string, text: string): Promise<Mail> {
  const found = async () =>
    (await mailsTo(dataDir, address)).filter((mail) => mail.text.includes(text)).at(-1)
  await expect.poll(found, { timeout: 15_000 }).toBeDefined()
  const mail = await found()
  if (!mail) throw new Error('The mail went away')
  return mail
}

/** The link in a mail that leads to a page. */
export async function linkTo(dataDir: string, address: string, path: string): Promise<string> {
  const { text } = await mailTo(dataDir, address, `${path}#token=`)
  const link = /https?:\/\/\S+#token=[\w-]+/.exec(text)?.[0]
  if (!link) throw new Error(`No link in: ${text}`)
  return link
}
