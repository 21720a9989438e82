const page = '(page)'
const unknown = '(unknown)'

interface Table {
  /** As Express writes them: `/api/sessions/:id`. */
  patterns: readonly string[]
  /** What has no pattern is unknown below this path, and elsewhere a page, or a file of one. */
  api: string
}

/**
 * Names a request by the pattern of its path, for logs and counts. There are as many names as patterns and two more,
 * whatever strangers ask for, and none holds anything that a request brought.
 */
export function routePatterns({ patterns, api }: Table): (path: string) => string {
  const fixed = new Map<string, string>()
  const others: { parts: string[]; name: string }[] = []
  for (const name of new Set(patterns))
    if (name.includes(':')) others.push({ parts: name.split('/'), name })
    else fixed.set(name, name)
  return (path) => fixed.get(path) ?? find(path.toLowerCase().replace(/\/$/, ''))

  /** As Express finds it: in upper case, too, and with a slash at the end. */
  function find(path: string): string {
    const parts = path.split('/')
    const found = fixed.get(path) ?? others.find((other) => fits(parts, other.parts))?.name
    return found ?? (path === api || path.startsWith(`${api}/`) ? unknown : page)
  }
}

const fits = (parts: readonly string[], pattern: readonly string[]) =>
  parts.length === pattern.length &&
  pattern.every((part, i) => (part.startsWith(':') ? parts[i] !== '' : part.toLowerCase() === parts[i]))
