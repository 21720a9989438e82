import { complain } from '@latchkey/contracts/server'
import { reservedNames, webEndings } from './reserved-names.ts'

/**
 * Names that would pass for somebody they are not, or that a reader's program would turn into a link.
 * Throws AuthError `validation_failed` at `username`. For names that are being chosen: who has one keeps it.
 */
export function refuseMisleading(username: string): void {
  if (looksLikeAnAddress(username)) complain('username', 'username_misleading')
  if (reserved.has(asItLooks(username))) complain('username', 'username_reserved')
}

/** `www.claim-prize.example`, `http-claim`, `claim-prize.com`, `192.0.2.7`. */
function looksLikeAnAddress(username: string): boolean {
  // What stands at the very end is no part of a link.
  const name = username.toLowerCase().replace(/[._-]+$/, '')
  if (/^(www\d*|ftp)\.|^https?(?![a-z])/.test(name) || /^\d+(\.\d+){3}$/.test(name)) return true
  const [, ...labels] = name.split('.')
  // `maria.da.silva` is a person: what has two letters is a country at the end only.
  return /\.([a-z]{2}|xn--.*)$/.test(name) || labels.some((label) => endings.has(label))
}

/** What is left once case, separators and letters that pass for others are the same: `A-d.m_1n` is `admin`. */
const asItLooks = (name: string) =>
  name
    .toLowerCase()
    .replace(/[._-]/g, '')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[01345789l]/g, (letter) => looksLike[letter] ?? letter)

const looksLike: Record<string, string> = {
  ...{ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g', l: 'i' },
}

const reserved = new Set(reservedNames.map(asItLooks))
const endings = new Set(webEndings)
