import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Read into again and again: whoever asks runs for long, and would keep the memory of all that was read. */
const buffer = Buffer.alloc(1 << 16)
const passedOver = new Set(['node_modules', 'dist'])

/**
 * Stands for the contents of files: it differs once a file is changed, renamed, added or removed. Below a folder, what is
 * installed or built does not count.
 * @param {string} root
 * @param {readonly string[]} paths of files and folders, from `root`
 * @returns {string} base64url
 */
export function fingerprint(root, paths) {
  const hash = createHash('sha256')
  for (const path of paths) add(path)
  return hash.digest('base64url')

  /** @param {string} path */
  function add(path) {
    const there = join(root, path)
    const what = whatIs(there)
    if (what?.isDirectory()) {
      for (const name of readdirSync(there).sort()) if (!passedOver.has(name)) add(`${path}/${name}`)
    } else if (what?.isFile()) {
      // With its length, what ends here is kept apart from what begins behind it.
      hash.update(`${path}\0${what.size}\0`)
      addContent(there)
    }
  }

  /** @param {string} file */
  function addContent(file) {
    const descriptor = openSync(file)
    try {
      for (let length = -1; length !== 0; ) {
        length = readSync(descriptor, buffer)
        hash.update(buffer.subarray(0, length))
      }
    } finally {
      closeSync(descriptor)
    }
  }
}

/**
 * @param {string} path
 * @returns {import('node:fs').Stats | undefined} undefined: there is nothing, or a link to nothing, as editors make
 */
function whatIs(path) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
