import { parseSync } from 'vite'

interface Node {
  type: string
  start: number
  [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** Attributes whose text nobody reads. */
const silent = new Set(['className', 'd', 'viewBox', 'transform', 'points', 'autoComplete', 'rel', 'type'])

/** Attributes that are read or heard, even when they are one word. */
const spoken = /^(?:aria-label|title|label|alt|placeholder|hint|question|confirm|lead|heading|children)$/

/** Two words or more, or one that begins like a sentence and ends like one. */
const isSentence = (text: string) =>
  /(?:^|[^\p{L}])\p{L}[\p{L}’'-]*[,:]? \p{L}{2,}/u.test(text) || /^\p{Lu}\p{Ll}+[.!?…]$/u.test(text)

/** What a source file says to people by itself, each with its line: `7 Try again`. */
export function saidInSource(file: string, text: string): string[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const said: string[] = []

  function visit(node: Node, attribute: string | null): void {
    // Types, and what a developer reads.
    if (node.type.startsWith('TS') && !node.type.endsWith('Expression')) return
    if (node.type === 'ImportDeclaration' || node.type === 'ImportExpression') return
    if (node.type === 'NewExpression' && nameOf(node.callee)?.endsWith('Error')) return
    if (node.type === 'CallExpression' && /^(?:console\.\w+|matchMedia)$/.test(nameOf(node.callee) ?? ''))
      return
    if (node.type === 'JSXAttribute') {
      const name = nameOf(node.name) ?? ''
      if (!silent.has(name) && isNode(node.value)) visit(node.value, name)
      return
    }
    const literal = literalOf(node)
    if (literal !== null) {
      const isHeard = attribute !== null && spoken.test(attribute) && /^\p{Lu}/u.test(literal)
      if (isSentence(literal) || isHeard)
        said.push(`${text.slice(0, node.start).split('\n').length} ${literal.trim()}`)
      return
    }
    for (const [key, child] of Object.entries(node)) {
      if (key === 'typeAnnotation' || key === 'typeArguments' || key === 'directive') continue
      for (const each of Array.isArray(child) ? child : [child]) if (isNode(each)) visit(each, attribute)
    }
  }

  visit(program as unknown as Node, null)
  return said
}

function literalOf(node: Node): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null
  if (node.type === 'JSXText') return String(node.value)
  if (node.type === 'TemplateElement') return (node.value as { cooked: string }).cooked
  return null
}

function nameOf(node: unknown): string | null {
  if (!isNode(node)) return null
  if (node.type === 'MemberExpression') return `${nameOf(node.object)}.${nameOf(node.property)}`
  if (node.type === 'JSXNamespacedName') return `${nameOf(node.namespace)}:${nameOf(node.name)}`
  return typeof node.name === 'string' ? node.name : null
}
