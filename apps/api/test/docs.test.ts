import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const notOurs = new Set(['node_modules', 'dist', 'coverage'])

interface Link {
  page: string
  text: string
  /** The file that is meant, absolute. */
  file: string
  anchor: string
}

const pages = pagesBelow(root)
const links = pages.flatMap(relativeLinks)

it('every relative link leads to a file or folder that is there', () => {
  expect(pages.length).toBeGreaterThan(10)
  expect(links.length).toBeGreaterThan(100)
  expect(links.filter(({ file }) => !existsSync(file)).map(inWords)).toEqual([])
})

it('every link to a heading finds that heading', () => {
  const lost = links.filter(({ file, anchor }) => {
    if (anchor === '' || !file.endsWith('.md') || !existsSync(file)) return false
    return !anchorsOf(file).has(anchor)
  })
  expect(lost.map(inWords)).toEqual([])
})

it('a path of the repository that a page names is there', () => {
  const named = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/`((?:apps|packages|docs|examples|\.ci|\.github)\/[\w./-]+)`/g)].map(
      ([, path = '']) => ({ page, path }),
    ),
  )
  expect(named.length).toBeGreaterThan(10)
  // What is built is not there before it is built.
  const lost = named.filter(({ path }) => !path.includes('/dist/') && !existsSync(join(root, path)))
  expect(lost.map(({ page, path }) => `${relative(root, page)}: ${path}`)).toEqual([])
})

it('a test that a document names is there, under that name', () => {
  const named = links.filter(({ file, text }) => /\.(test|e2e)\.tsx?$/.test(file) && !text.startsWith('`'))
  expect(named.length).toBeGreaterThan(50)
  const lost = named.filter(({ file, text }) => {
    const source = existsSync(file) ? readFileSync(file, 'utf8') : ''
    return !text.split(' › ').every((title) => isTitleIn(source, title))
  })
  expect(lost.map(inWords)).toEqual([])
})

it('code that a page shows from a file stands there', () => {
  const shown = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^```\w+ from=(\S+)\n([\s\S]*?)^```/gm)].map(
      ([, path = '', code = '']) => ({ page, path, code }),
    ),
  )
  expect(shown.length).toBeGreaterThan(2)
  const stray = shown.filter(({ path, code }) => !readFileSync(join(root, path), 'utf8').includes(code))
  expect(stray.map(({ page, path }) => `${relative(root, page)}: ${path}`)).toEqual([])
})

it('every page of docs can be reached from the README', () => {
  const reached = new Set([join(root, 'README.md')])
  for (const page of reached)
    for (const { page: from, file } of links) if (from === page && file.endsWith('.md')) reached.add(file)
  const unreached = pages.filter((page) => page.startsWith(join(root, 'docs')) && !reached.has(page))
  expect(unreached.map((page) => relative(root, page))).toEqual([])
})

function pagesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || notOurs.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return pagesBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** Without blocks of code. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replace(/^ *```[\s\S]*?^ *```/gm, '')
}

/** Without those in code, and those that leave the repository. */
function relativeLinks(page: string): Link[] {
  return [...proseOf(page).matchAll(/\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g)].flatMap(
    ([, text = '', target = '']) => {
      if (/^[a-z]+:/.test(target)) return []
      const [path = '', anchor = ''] = target.split('#')
      return [{ page, text, file: path === '' ? page : resolve(dirname(page), path), anchor }]
    },
  )
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-')
  return new Set([...headings].map(([, heading = '']) => slug(heading)))
}

const isTitleIn = (source: string, title: string) =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`))

const inWords = ({ page, text, file, anchor }: Link) =>
  `${relative(root, page)}: [${text}] → ${relative(root, file)}${anchor && `#${anchor}`}`
