import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { nameOf, pages, proseOf, root } from './support/pages.ts'

/** What the recipes build: its files stand at the paths that they have in a clone. */
const product = join(root, 'examples/invoices')

interface Link {
  page: string
  text: string
  /** The file that is meant, absolute. */
  file: string
  anchor: string
}

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
  const lost = named.filter(
    ({ path }) =>
      !path.includes('/dist/') && ![root, product].some((folder) => existsSync(join(folder, path))),
  )
  expect(lost.map(({ page, path }) => `${nameOf(page)}: ${path}`)).toEqual([])
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

const shown = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^```\w+ from=(\S+)\n([\s\S]*?)^```/gm)].map(
    ([, path = '', code = '']) => ({ page, path, code }),
  ),
)

it('code that a page shows from a file stands there', () => {
  expect(shown.length).toBeGreaterThan(30)
  const stray = shown.filter(({ path, code }) => !standsIn(path, code))
  expect(stray.map(({ page, path }) => `${nameOf(page)}: ${path}`)).toEqual([])
})

it('the recipes show all of the product that they build', () => {
  const files = ['apps', 'packages']
    .flatMap((part) =>
      readdirSync(join(product, part), { recursive: true, encoding: 'utf8' }).map((name) => join(part, name)),
    )
    .filter((name) => statSync(join(product, name)).isFile() && !/\.test\.tsx?$/.test(name))
  const whole = shown.filter(
    ({ path, code }) => !path.includes('#') && readFileSync(join(root, path), 'utf8') === code,
  )
  const lines = new Set(
    shown.flatMap(({ path, code }) => code.split('\n').map((line) => `${path.split('#')[1]}: ${line}`)),
  )
  const changes = readFileSync(join(product, 'changes.patch'), 'utf8').split(/^diff --git .*$/m)
  const added = changes.flatMap((change) => {
    const [, name = '', hunks = ''] = /^\+\+\+ b\/(.*)\n([\s\S]*)/m.exec(change) ?? []
    return [...hunks.matchAll(/^\+.*$/gm)].map(([line]) => `${name}: ${line}`)
  })
  expect(files.length).toBeGreaterThan(10)
  expect(added.length).toBeGreaterThan(50)
  const isWhole = (name: string) => whole.some(({ path }) => path === `examples/invoices/${name}`)
  expect([...files.filter((name) => !isWhole(name)), ...added.filter((line) => !lines.has(line))]).toEqual([])
})

it('every page can be reached from the README', () => {
  const reached = new Set([join(root, 'README.md')])
  for (const page of reached)
    for (const { page: from, file } of links) if (from === page && file.endsWith('.md')) reached.add(file)
  expect(pages.filter((page) => !reached.has(page)).map(nameOf)).toEqual([])
})

it('no page has a link in a form that is not looked at here', () => {
  const others = pages.filter((page) => /<a\s|<img\s|^\[[^\]]+\]:\s/m.test(proseOf(page)))
  expect(others.map(nameOf)).toEqual([])
})

/** Whether it stands there: in a file, or in what a patch changes in a file (`….patch#file`). */
function standsIn(path: string, code: string): boolean {
  const [file = '', changed] = path.split('#')
  const text = readFileSync(join(root, file), 'utf8')
  // What stands deeper in its file is shown from the margin.
  if (changed === undefined)
    return ['', '  ', '    ', '      '].some((indent) =>
      `\n${text}`.includes(`\n${code.replace(/^(?=.)/gm, indent)}`),
    )
  const [, changes = ''] = text.split(`\n+++ b/${changed}\n`)
  return /^[+-]/m.test(code) && changes.split('\ndiff --git ', 1).join().includes(code.trimEnd())
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

/** As GitHub makes them of headings: of a heading that was there before, with a number behind it. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = heading
      .replace(/\[((?:[^[\]]|\[[^\]]*\])*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replace(/ /g, '-')
    let anchor = slug
    for (let number = 1; anchors.has(anchor); number++) anchor = `${slug}-${number}`
    anchors.add(anchor)
  }
  return anchors
}

const isTitleIn = (source: string, title: string) =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`))

const inWords = ({ page, text, file, anchor }: Link) =>
  `${nameOf(page)}: [${text}] → ${nameOf(file)}${anchor && `#${anchor}`}`
