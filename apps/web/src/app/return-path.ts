import { canonicalPath, paths } from './paths.ts'

const parameter = 'return'
const maxLength = 2048
const maxEncodings = 5
/** Stands for this site, whichever it is. */
const site = 'https://latchkey.invalid'

/** The sign-in page's address, remembering where the visitor wanted to go. */
export function loginPathFor(wanted: { pathname: string; search: string; hash: string }): string {
  const returnPath = safeReturnPath(wanted.pathname + wanted.search + wanted.hash)
  return returnPath ? withReturnPath(paths.login, returnPath) : paths.login
}

export function withReturnPath(path: string, returnPath: string | null): string {
  if (!returnPath) return path
  return `${path}?${parameter}=${encodeURIComponent(returnPath).replaceAll('%2F', '/')}`
}

export function readReturnPath(search: string): string | null {
  return safeReturnPath(new URLSearchParams(search).get(parameter))
}

/**
 * The path to go to after sign-in, or null unless it certainly stays on this site (CWE-601).
 *
 * A link to the sign-in page can come from anyone, so its return path is hostile until proved otherwise: browsers
 * read `//host`, `/\host` and `/<tab>/host` as another site, and some of them only after decoding.
 */
export function safeReturnPath(candidate: string | null): string | null {
  if (candidate === null || candidate.length > maxLength) return null
  if (!spellings(candidate)?.every(staysHere)) return null

  const url = new URL(candidate, site)
  if (isEntrance(url.pathname)) return null
  return url.pathname + url.search + url.hash
}

/** The text, decoded once, decoded twice, … until decoding changes nothing; null when that takes too long. */
function spellings(text: string): string[] | null {
  const found = [text]
  try {
    for (const spelling of found) {
      const decoded = decodeURIComponent(spelling)
      if (decoded === spelling) return found
      if (found.length === maxEncodings) return null
      found.push(decoded)
    }
  } catch {
    // A stray `%`.
  }
  return null
}

function staysHere(text: string): boolean {
  const isPlain = [...text].every((char) => char > '\u001f' && char !== '\u007f' && char !== '\\')
  if (!isPlain || !text.startsWith('/') || text.startsWith('//')) return false
  // `/.//host` and `/a/..//host` only become `//host` once the dots are resolved.
  const url = new URL(text, site)
  return url.origin === site && !url.pathname.startsWith('//')
}

/** To return to the sign-in page after signing in would be going round in circles. */
function isEntrance(pathname: string): boolean {
  const path = canonicalPath(pathname)
  return path === paths.login || path === paths.register
}
