import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../..', import.meta.url))
const notOurs = new Set(['node_modules', 'dist', 'coverage'])

/** Every Markdown file of the repository, absolute. */
export const pages = filesBelow(root, /\.md$/)

export const textOf = (page: string): string => readFileSync(page, 'utf8')

/** Without blocks of code. */
export const proseOf = (page: string): string => textOf(page).replace(/^ *```[\s\S]*?^ *```/gm, '')

export const nameOf = (path: string): string => relative(root, path)

/** Every file of that kind below a folder, absolute; without what is installed, built or hidden. */
export function filesBelow(folder: string, kind: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || notOurs.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path, kind)
    return kind.test(entry.name) ? [path] : []
  })
}
