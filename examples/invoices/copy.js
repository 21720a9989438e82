// The product is Latchkey's present tree, with the files below this folder laid over it and changes.patch applied.
//
//   node examples/invoices/copy.js open FOLDER    makes it there, to be looked at, run or changed
//   node examples/invoices/copy.js take FOLDER    takes what was changed there back into this folder
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = import.meta.dirname
const root = resolve(here, '../..')
const patch = join(here, 'changes.patch')
/** The parts of the product that are here as files. */
const laid = ['apps', 'packages']

/**
 * Everything below a folder, relative to it.
 * @param {string} folder
 * @returns {string[]}
 */
const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )

/** Paths in the product of the files that are laid over Latchkey's. */
export const ownFiles = laid.flatMap((part) => filesBelow(join(here, part)).map((name) => join(part, name)))

/** @param {string} from @param {string} to */
function copyFile(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { verbatimSymlinks: true })
}

/**
 * Copies the present tree into a folder, without this product.
 * @param {string} folder
 * @returns {string[]} what was copied
 */
export function copyTree(folder) {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const isProduct = (/** @type {string} */ path) =>
    laid.some((part) => path.startsWith(`examples/invoices/${part}/`)) || join(root, path) === patch
  const paths = list.split('\0').filter((path) => path !== '' && !isProduct(path))
  for (const path of paths) if (existsSync(join(root, path))) copyFile(join(root, path), join(folder, path))
  return paths
}

/**
 * Links what is installed into a copy of these files, so that its packages find one another, and those of others where they
 * are. Nothing may be installed there.
 * @param {string} folder
 * @param {string[]} paths
 */
export function linkPackages(folder, paths) {
  const packages = paths.filter((path) => /^(?:[^/]+\/){0,2}package\.json$/.test(path)).map(dirname)
  for (const each of packages) linkInstalled(join(root, each), join(folder, each))
}

/** @param {string} from @param {string} to */
function linkInstalled(from, to) {
  const installed = join(from, 'node_modules')
  if (!existsSync(installed)) return
  const isRoot = resolve(from) === root
  for (const entry of readdirSync(installed, { withFileTypes: true })) {
    const target = join(to, 'node_modules', entry.name)
    mkdirSync(dirname(target), { recursive: true })
    if (isRoot && !entry.isSymbolicLink()) {
      // Others keep what they have reckoned there.
      if (!['.cache', '.vite'].includes(entry.name)) symlinkSync(join(installed, entry.name), target)
    } else if (!['.cache', '.vite', '.vite-temp'].includes(entry.name))
      // Links to packages beside it stay relative, so that they lead into the copy.
      cpSync(join(installed, entry.name), target, { recursive: true, verbatimSymlinks: true })
  }
}

/**
 * Lays the product's own files over a copy.
 * @param {string} folder
 */
export function layFiles(folder) {
  for (const path of ownFiles) copyFile(join(here, path), join(folder, path))
}

/**
 * Applies changes.patch to a copy. What did not fit, in sentences; empty: all did. `partly`: the rest is applied, and each
 * hunk that did not fit lies in a file `.rej` beside its own.
 * @param {string} folder
 * @param {{ partly?: boolean }} [how]
 * @returns {string[]}
 */
export function applyChanges(folder, { partly = false } = {}) {
  // Never the index of a repository around the folder.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(resolve(folder)), LC_ALL: 'C' }
  const how = partly ? ['--reject'] : []
  const { status, stderr } = spawnSync('git', ['apply', '--whitespace=nowarn', ...how, patch], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  if (status === 0) return []
  const misfits = stderr.split('\n').flatMap((line) => /^error: patch failed: (.*)$/.exec(line)?.[1] ?? [])
  return misfits.length > 0 ? misfits : [stderr.trim()]
}

/** @param {string[]} misfits As `applyChanges` has them: `apps/api/src/app.ts:61`. */
export const adviceFor = (misfits) =>
  `examples/invoices/changes.patch no longer fits the code: ${misfits.join(', ')}.
Make it anew: node examples/invoices/copy.js open /tmp/invoices; put in by hand there what lies in the files .rej;
node examples/invoices/copy.js take /tmp/invoices.`

/** @param {string} folder @param {string[]} args */
const git = (folder, ...args) =>
  execFileSync('git', ['-c', 'core.autocrlf=false', ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })

/** @param {string} folder */
function open(folder) {
  if (existsSync(folder)) throw new Error(`${folder} is there already: name a folder that is not.`)
  mkdirSync(folder, { recursive: true })
  copyTree(folder)
  git(folder, 'init', '--quiet')
  git(folder, 'add', '--all')
  git(folder, '-c', 'user.name=-', '-c', 'user.email=-', 'commit', '--quiet', '-m', 'Latchkey')
  layFiles(folder)
  const misfits = applyChanges(folder, { partly: true })
  if (misfits.length > 0) console.warn(adviceFor(misfits))
}

/** @param {string} folder */
function take(folder) {
  git(folder, 'add', '--all', '--', '.', ':!*.rej', ':!examples')
  const diff = ['diff', '--cached', '--no-renames', '--no-color', '--unified=2', '--abbrev=10']
  // Without the hashes of what it was made from, which change with every commit.
  writeFileSync(patch, git(folder, ...diff, '--diff-filter=MD').replace(/^index .*\n/gm, ''))
  const added = git(folder, ...diff, '--diff-filter=A', '--name-only', '-z')
    .split('\0')
    .filter(Boolean)
  for (const part of laid) rmSync(join(here, part), { recursive: true, force: true })
  for (const path of added) copyFile(join(folder, path), join(here, path))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , what, folder] = process.argv
  if (folder && what === 'open') open(resolve(folder))
  else if (folder && what === 'take') take(resolve(folder))
  else
    console.error(
      readFileSync(fileURLToPath(import.meta.url), 'utf8')
        .split('\n')
        .slice(0, 4)
        .join('\n'),
    )
}
