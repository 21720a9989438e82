import { maxEmailLength } from './account-bounds.ts'
import type { Complaint } from './complaints.ts'

/**
 * RFC 5321 §4.5.3.1, in octets. The limit for the whole address is the one for a path, less its two angle brackets.
 */
const maxLocalOctets = 64
const maxOctets = 254
const maxLabelOctets = 63

// RFC 5321 §4.1.2 (Dot-string), in any script (RFC 6531 §3.3). Quoted local parts are refused: people do not use
// them.
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u

const encoder = new TextEncoder()
const octets = (text: string) => encoder.encode(text).length

/** An address in its form for comparing, or the reason why it is not one. */
type ParsedEmail = { key: string } | Complaint

/**
 * Reads an email address as a person writes it. `key` is the same for all spellings of one mailbox: lower case, with
 * the domain as DNS knows it (`пример.рф` and `xn--e1afmkfd.xn--p1ai` are the same).
 */
export function parseEmail(text: string): ParsedEmail {
  const typed = text.trim()
  // Before anything that takes the square of its length in work.
  if (typed.length > maxEmailLength) return { code: 'email_too_long' }
  const email = typed.normalize('NFC')
  const at = email.lastIndexOf('@')
  if (at < 1 || at === email.length - 1) return { code: 'email_malformed' }
  const local = email.slice(0, at)
  const domain = asciiDomain(email.slice(at + 1))
  if (domain === null) return { code: 'email_domain_malformed' }
  if (!domain.includes('.')) return { code: 'email_domain_incomplete' }
  if (!localPart.test(local)) return { code: 'email_local_malformed' }
  if (octets(local) > maxLocalOctets) return { code: 'email_local_long', limit: maxLocalOctets }
  const key = `${local.toLowerCase()}@${domain}`
  if (octets(key) > maxOctets) return { code: 'email_long', limit: maxOctets }
  return { key }
}

/** The form in which addresses are compared. Text that is not an address is returned unchanged. */
export function emailKeyOf(text: string): string {
  const parsed = parseEmail(text)
  return 'key' in parsed ? parsed.key : text.trim().toLowerCase()
}

/** As DNS knows it, as most are written. The last label is no number, not even `0x1`, and none is in Punycode. */
const plainDomain = /^(?!.*xn--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** A domain as DNS knows it (UTS #46, by the URL parser). Null if it is not a domain, or is an IP address. */
function asciiDomain(text: string): string | null {
  // The URL parser would say the same, in ten times the time.
  if (plainDomain.test(text)) return text
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
