import { BSONRegExp } from 'bson'
import { ServerError } from '../../errors.ts'
import { toRegExp } from '../../query/regex.ts'
import { compareValues } from '../../values/compare.ts'
import { toDouble } from '../../values/numbers.ts'
import {
  type Document,
  document,
  int,
  isNullish,
  isNumeric,
  type Maybe,
  type Value,
} from '../../values/types.ts'
import { named, type OperatorCompiler, positional, strict, sure, typeText } from './operator.ts'

function string(operator: string, value: Maybe): string {
  if (typeof value === 'string') return value
  if (isNullish(value)) return ''
  if (isNumeric(value)) return String(value)
  if (value instanceof Date) return value.toISOString()
  throw new ServerError('Location16702', `${operator} needs a string, got ${typeText(value)}`)
}

function whole(operator: string, value: Maybe): number {
  if (isNumeric(value) && Number.isInteger(toDouble(value))) return toDouble(value)
  throw new ServerError('Location34450', `${operator} needs an integer, got ${typeText(value)}`)
}

export const stringOperators: Record<string, OperatorCompiler> = {
  $concat: strict(0, Number.POSITIVE_INFINITY, (args) =>
    args
      .map((value) => {
        if (typeof value !== 'string')
          throw new ServerError('Location16702', `$concat only supports strings, not ${typeText(value)}`)
        return value
      })
      .join(''),
  ),
  $toLower: positional(1, 1, ([value], _, operator) => string(operator, value).toLowerCase()),
  $toUpper: positional(1, 1, ([value], _, operator) => string(operator, value).toUpperCase()),
  $strLenCP: positional(1, 1, ([value]) => int([...required('$strLenCP', value)].length)),
  $strLenBytes: positional(1, 1, ([value]) => int(Buffer.byteLength(required('$strLenBytes', value)))),
  $strcasecmp: positional(2, 2, ([a, b], _, operator) =>
    int(Math.sign(compareValues(string(operator, a).toUpperCase(), string(operator, b).toUpperCase()))),
  ),
  $substrCP: positional(3, 3, ([value, start, length], _, operator) =>
    [...string(operator, value)]
      .slice(whole(operator, start), whole(operator, start) + whole(operator, length))
      .join(''),
  ),
  $substr: substring,
  $substrBytes: substring,
  $split: strict(2, 2, ([value, separator], _, operator) => {
    if (separator === '') throw new ServerError('Location40087', '$split requires a non-empty separator')
    return string(operator, value).split(string(operator, separator))
  }),
  $indexOfCP: positional(2, 4, ([value, part, start, end], _, operator) => {
    if (isNullish(value)) return null
    const from = start === undefined ? 0 : whole(operator, start)
    const characters = [...string(operator, value)].slice(
      0,
      end === undefined ? undefined : whole(operator, end),
    )
    const at = characters.slice(from).join('').indexOf(string(operator, part))
    if (at < 0) return int(-1)
    return int(from + [...characters.slice(from).join('').slice(0, at)].length)
  }),
  $trim: trim('both'),
  $ltrim: trim('left'),
  $rtrim: trim('right'),
  $replaceOne: replacing((input, find, replacement) => input.replace(find, () => replacement)),
  $replaceAll: replacing((input, find, replacement) => input.replaceAll(find, () => replacement)),
  $regexMatch: regex((input, pattern) => pattern.test(input)),
  $regexFind: regex((input, pattern) => {
    const match = pattern.exec(input)
    return match ? matchDocument(input, match) : null
  }),
  $regexFindAll: regex((input, pattern) =>
    [...input.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map((match) => matchDocument(input, match)),
  ),
}

function required(operator: string, value: Maybe): string {
  if (typeof value !== 'string')
    throw new ServerError(
      'Location34471',
      `${operator} requires a string argument, found: ${typeText(value)}`,
    )
  return value
}

function substring(...args: Parameters<OperatorCompiler>): ReturnType<OperatorCompiler> {
  return positional(3, 3, ([value, start, length], _, operator) => {
    const bytes = Buffer.from(string(operator, value))
    const from = whole(operator, start)
    const count = whole(operator, length)
    return bytes.subarray(from, count < 0 ? undefined : from + count).toString()
  })(...args)
}

function trim(side: 'both' | 'left' | 'right'): OperatorCompiler {
  return named(['input'], ['chars'], (arg) => {
    const [input, chars] = [sure(arg('input')), arg('chars')]
    return (scope) => {
      const text = input(scope)
      if (isNullish(text)) return null
      const given = chars?.(scope)
      const drop = given === undefined ? /[\s\0]/u : undefined
      const isDropped = (character: string): boolean =>
        drop ? drop.test(character) : string('$trim', given).includes(character)
      const characters = [...string('$trim', text)]
      let from = 0
      let to = characters.length
      if (side !== 'right') while (from < to && isDropped(characters[from] as string)) from++
      if (side !== 'left') while (to > from && isDropped(characters[to - 1] as string)) to--
      return characters.slice(from, to).join('')
    }
  })
}

function replacing(replace: (input: string, find: string, replacement: string) => string): OperatorCompiler {
  return named(['input', 'find', 'replacement'], [], (arg) => {
    const args = ['input', 'find', 'replacement'].map((name) => sure(arg(name)))
    return (scope) => {
      const [input, find, replacement] = args.map((expression) => expression(scope))
      if (isNullish(input) || isNullish(find) || isNullish(replacement)) return null
      return replace(string('$replace', input), string('$replace', find), string('$replace', replacement))
    }
  })
}

function regex(run: (input: string, pattern: RegExp) => Maybe): OperatorCompiler {
  return named(['input', 'regex'], ['options'], (arg) => {
    const [input, pattern, options] = [sure(arg('input')), sure(arg('regex')), arg('options')]
    return (scope) => {
      const text = input(scope)
      const source = pattern(scope)
      const letters = options?.(scope)
      const nothing = run('', /[^\s\S]/)
      if (isNullish(text) || isNullish(source)) return nothing
      const compiled =
        source instanceof BSONRegExp
          ? toRegExp(source.pattern, typeof letters === 'string' ? letters : source.options)
          : toRegExp(string('$regexMatch', source), typeof letters === 'string' ? letters : '')
      return run(string('$regexMatch', text), compiled)
    }
  })
}

function matchDocument(input: string, match: RegExpMatchArray): Document {
  const captures: Value[] = match.slice(1).map((capture) => capture ?? null)
  return document({ match: match[0], idx: int([...input.slice(0, match.index)].length), captures })
}
