import { ServerError } from '../errors.ts'
import { toDouble } from './numbers.ts'
import { type Document, isDocument, isNumeric, type Maybe, type Value } from './types.ts'

/**
 * How strings compare. `fold` maps equal strings to one string, which an index can hold. `compare` is 0 exactly when
 * the folded strings are the same.
 */
export interface Collation {
  readonly spec: Document
  fold(text: string): string
  compare(a: string, b: string): number
}

/** Parses `{ locale, strength?, caseLevel?, numericOrdering? }`. The simple collation is `undefined`. */
export function parseCollation(spec: Maybe): Collation | undefined {
  if (spec === undefined) return undefined
  if (!isDocument(spec)) throw new ServerError('TypeMismatch', 'collation must be an object')
  const locale = spec.get('locale')
  if (spec.size === 0 || locale === 'simple') return undefined
  if (typeof locale !== 'string')
    throw new ServerError('Location40414', "BSON field 'collation.locale' is missing but a required field")
  for (const [option, wanted] of DEFAULTS) {
    const given = spec.get(option)
    if (given !== undefined && given !== wanted)
      throw new ServerError(
        'CommandNotSupported',
        `collation with '${option}' is not supported by the embedded database`,
      )
  }
  const strength = isNumeric(spec.get('strength')) ? toDouble(spec.get('strength') as number) : 3
  if (![1, 2, 3, 4, 5].includes(strength))
    throw new ServerError('BadValue', `Field 'collation.strength' must be from 1 to 5, got ${strength}`)
  const caseLevel = spec.get('caseLevel') === true
  const sensitivity =
    strength === 1 ? (caseLevel ? 'case' : 'base') : strength === 2 && !caseLevel ? 'accent' : 'variant'
  const collator = new Intl.Collator(languageTag(locale), {
    sensitivity,
    numeric: spec.get('numericOrdering') === true,
  })
  const fold = folding(strength, caseLevel)
  const compare = (a: string, b: string): number => {
    const left = fold(a)
    const right = fold(b)
    if (left === right) return 0
    return collator.compare(a, b) || (left < right ? -1 : 1)
  }
  return { spec, fold, compare }
}

/** Options that JavaScript's collator does not have, with the only values supported. */
const DEFAULTS: [string, Value][] = [
  ['alternate', 'non-ignorable'],
  ['backwards', false],
  ['caseFirst', 'off'],
  ['maxVariable', 'punct'],
]

function languageTag(locale: string): string {
  const tag = locale.replaceAll('_', '-')
  let known: string[] = []
  try {
    known = Intl.Collator.supportedLocalesOf(tag)
  } catch {
    // Not a language tag at all.
  }
  if (known.length === 0)
    throw new ServerError('BadValue', `Field 'locale' is invalid in: { locale: "${locale}" }`)
  return tag
}

function folding(strength: number, caseLevel: boolean): (text: string) => string {
  if (strength > 2) return (text) => text.normalize('NFC')
  const withCase = (text: string) => (caseLevel ? text : text.toLowerCase())
  if (strength === 2) return (text) => withCase(text.normalize('NFC'))
  return (text) => withCase(text.normalize('NFD').replace(/\p{M}+/gu, '')).normalize('NFC')
}
