const page = '(page)'
const unknown = '(unknown)'

interface Table {
  /** Below it each pattern; what stands elsewhere is a page, or a file of one. */
  prefix: string
  /** As Express writes them: `/sessions/:id`. */
  patterns: readonly string[]
}

/**
 * Names a request by the pattern of its path, like `/api/sessions/:id`, for logs and counts. There are as many names as
 * patterns and two more, whatever strangers ask for, and none holds anything that a request brought.
 */
export function routePatterns({ prefix, patterns }: Table): (path: string) => string {
  const fixed = new Map<string, string>()
  const others: { parts: string[]; name: string }[] = []
  for (const pattern of new Set(patterns)) {
    const name = prefix + pattern
    if (pattern.includes(':')) others.push({ parts: name.split('/'), name })
    else fixed.set(name, name)
  }
  return (path) => fixed.get(path) ?? find(path.toLowerCase().replace(/\/$/, ''))

  /** As Express finds it: in upper case, too, and with a slash at the end. */
  function find(path: string): string {
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return page
    const parts = path.split('/')
    return fixed.get(path) ?? others.find((other) => fits(parts, other.parts))?.name ?? unknown
  }
}

const fits = (parts: readonly string[], pattern: readonly string[]) =>
  parts.length === pattern.length &&
  pattern.every((part, i) => (part.startsWith(':') ? parts[i] !== '' : part.toLowerCase() === parts[i]))
