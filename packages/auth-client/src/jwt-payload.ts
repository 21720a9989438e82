/** What a JWT says, unverified: only the server can tell whether it is true. Null: it is none. */
export function payloadOf(token: string): object | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    // UTF-8 without TextDecoder: React Native has none before 0.85.
    const bytes = Array.from(atob(payload), (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
    const said: unknown = JSON.parse(decodeURIComponent(bytes.join('')))
    return typeof said === 'object' ? said : null
  } catch {
    return null
  }
}
