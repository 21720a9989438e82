import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Stands for the contents of files: another one once any of them is changed, renamed, added or gone. Below a folder, what is
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
    const content = read(join(root, path))
    // With its length, what ends here is kept apart from what begins behind it.
    if (Buffer.isBuffer(content)) hash.update(`${path}\0${content.length}\0`).update(content)
    else for (const name of content) add(`${path}/${name}`)
  }
}

const passedOver = new Set(['node_modules', 'dist'])

/**
 * @param {string} path
 * @returns {Buffer | string[]} of a folder, the names in it; of what cannot be read, nothing
 */
function read(path) {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error.code !== 'EISDIR') return []
    return readdirSync(path)
      .filter((name) => !passedOver.has(name))
      .sort()
  }
}
