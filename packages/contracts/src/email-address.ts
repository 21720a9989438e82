import { maxEmailLength } from './account-bounds.ts'

/**
 * RFC 5321 §4.5.3.1, in octets. The limit for the whole address is the one for a path, less its two angle brackets.
 */
const maxLocalOctets = 64
const maxOctets = 254
const maxLabelOctets = 63

// RFC 5321 §4.1.2 (Dot-string), in any script (RFC 6531 §3.3). Quoted local parts are refused: people do not use
// them.
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u

const octets = (text: string) => new TextEncoder().encode(text).length

/** An address in two forms, or the reason why it is not one. */
type ParsedEmail = { key: string } | { reason: string }

/**
 * Reads an email address as a person writes it. `key` is the same for all spellings of one mailbox: lower case, with
 * the domain as DNS knows it (`пример.рф` and `xn--e1afmkfd.xn--p1ai` are the same).
 */
export function parseEmail(text: string): ParsedEmail {
  const typed = text.trim()
  // Before anything that takes the square of its length in work.
  if (typed.length > maxEmailLength) return { reason: 'This is longer than any email address.' }
  const email = typed.normalize('NFC')
  const at = email.lastIndexOf('@')
  if (at < 1 || at === email.length - 1)
    return { reason: 'This does not look like an email address. One looks like ada@example.com.' }
  const local = email.slice(0, at)
  const domain = asciiDomain(email.slice(at + 1))
  if (domain === null)
    return { reason: 'The part after the @ is not the name of a domain, like example.com.' }
  if (!domain.includes('.'))
    return { reason: 'The domain after the @ is not complete. One looks like example.com.' }
  if (!localPart.test(local))
    return {
      reason: 'The part before the @ holds something that no mailbox can have, such as a space or two dots.',
    }
  if (octets(local) > maxLocalOctets)
    return {
      reason: `The part before the @ is longer than ${maxLocalOctets} characters, so no mail could reach it.`,
    }
  const key = `${local.toLowerCase()}@${domain}`
  if (octets(key) > maxOctets) return { reason: `An email address has at most ${maxOctets} characters.` }
  return { key }
}

/** The form in which addresses are compared. Text that is not an address is returned unchanged. */
export function emailKeyOf(text: string): string {
  const parsed = parseEmail(text)
  return 'key' in parsed ? parsed.key : text.trim().toLowerCase()
}

/** A domain as DNS knows it (UTS #46, by the URL parser). Null if it is not a domain, or is an IP address. */
function asciiDomain(text: string): string | null {
  // Characters that the URL parser would decode, or take for another part of a URL.
  if (/[\s%:/?#@[\]\\]/.test(text) || !URL.canParse(`http://${text}`)) return null
  const domain = new URL(`http://${text}`).hostname
  const labels = domain.split('.')
  const isDomain = labels.every(
    (label) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label) && label.length <= maxLabelOctets,
  )
  // If the last label has only digits, it is an IP address.
  return isDomain && !/^\d+$/.test(labels.at(-1) ?? '') ? domain : null
}
