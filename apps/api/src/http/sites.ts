/**
 * Whether browsers take two origins for one site, and so send cookies that are SameSite from one to the other: the
 * same scheme, and the same host, or hosts below one domain that somebody has registered (the Public Suffix List).
 * `https://app.example.com` and `https://api.example.com` are; on `github.io` two names are two sites.
 */
export async function isSameSite(one: string, other: string): Promise<boolean> {
  const [a, b] = [new URL(one), new URL(other)]
  if (a.protocol !== b.protocol) return false
  if (a.hostname === b.hostname) return true
  // Some milliseconds and megabytes, for whoever has pages on another host.
  const { getDomain } = await import('tldts')
  // Null for addresses, and for names that are a suffix themselves: each is a site of its own.
  const domain = getDomain(a.hostname, { allowPrivateDomains: true })
  return domain !== null && domain === getDomain(b.hostname, { allowPrivateDomains: true })
}
