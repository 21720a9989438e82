import { BSONRegExp, BSONSymbol } from 'bson'
import { ServerError } from '../errors.ts'
import { compareValues } from '../values/compare.ts'
import type { Predicate } from './comparison.ts'

/** Matches strings, and a stored regular expression that is equal. */
export function compileRegex(pattern: string, options: string): Predicate {
  const regex = toRegExp(pattern, options)
  const itself = new BSONRegExp(pattern, options)
  return (value) => {
    if (typeof value === 'string') return regex.test(value)
    if (value instanceof BSONSymbol) return regex.test(value.value)
    return value instanceof BSONRegExp && compareValues(value, itself) === 0
  }
}

/** Translates PCRE to JavaScript: option `x` removes white space and comments, a leading `(?i)` becomes a flag. */
export function toRegExp(pattern: string, options: string): RegExp {
  let source = pattern
  let letters = options
  for (const letter of options)
    if (!'imsxu'.includes(letter))
      throw new ServerError('Location51108', ` invalid flag in regex options: ${letter}`)
  const inline = /^\(\?([imsx]+)\)/.exec(source)
  if (inline) {
    letters += inline[1]
    source = source.slice(inline[0].length)
  }
  if (letters.includes('x')) source = stripComments(source)
  const flags = [...new Set([...letters].filter((letter) => 'ims'.includes(letter)))].join('')
  source = source.replaceAll('\\A', '^').replaceAll('\\z', '$').replaceAll('\\Z', '$')
  try {
    return new RegExp(source, `${flags}u`)
  } catch {
    // Escapes such as `\-` are errors in JavaScript's unicode mode and fine outside of it.
  }
  try {
    return new RegExp(source, flags)
  } catch (cause) {
    throw new ServerError(
      'Location51091',
      `Regular expression is invalid: ${cause instanceof Error ? cause.message : cause}`,
    )
  }
}

function stripComments(source: string): string {
  return source.replace(/\\.|\[(?:\\.|[^\]])*\]|\s+|#.*$/gm, (part) => (/^\s|^#/.test(part) ? '' : part))
}

/** The text that every match begins with, if the expression is a case-sensitive `^literal`. */
export function literalPrefix(pattern: string, options: string): string | undefined {
  if (/[imx]/.test(options) || !pattern.startsWith('^')) return undefined
  if (pattern.includes('|') || pattern.startsWith('^(')) return undefined
  const literal = /^\^((?:[^\\^$.|?*+()[\]{}]|\\[^a-zA-Z0-9])*)/.exec(pattern)?.[1] ?? ''
  const next = pattern[1 + literal.length]
  // A quantifier may make the last character optional.
  const sure = next !== undefined && '?*{'.includes(next) ? literal.replace(/(\\.|.)$/u, '') : literal
  const prefix = sure.replace(/\\(.)/g, '$1')
  return prefix === '' ? undefined : prefix
}
