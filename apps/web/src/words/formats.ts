import { type Language, locale, spokenLanguage } from './language.ts'

/** The last answer to `locale`: a list asks for it with each of its dates. */
let asked: { of?: Language; languages?: readonly string[]; answer: string } = { answer: '' }

function keptLocale(): string {
  const { languages } = navigator
  const of = spokenLanguage()
  if (asked.of !== of || asked.languages !== languages) asked = { of, languages, answer: locale() }
  return asked.answer
}

/** Making one takes up to half a millisecond, using it a few microseconds, and a list has hundreds of dates. */
function kept<Options, Format>(make: (locale: string, options?: Options) => Format) {
  const made = new Map<string, Format>()
  return (options?: Options): Format => {
    const locale = keptLocale()
    const key = locale + JSON.stringify(options)
    const format = made.get(key) ?? make(locale, options)
    made.set(key, format)
    return format
  }
}

const dates = kept((locale, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options))
const times = kept(
  (locale, options?: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(locale, options),
)
const numbers = kept((locale, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options))
const lists = kept((locale) => new Intl.ListFormat(locale, { type: 'conjunction' }))

/** A date as its reader writes it. */
export const formatDate = (date: Date, options: Intl.DateTimeFormatOptions): string =>
  dates(options).format(date)

/** "3 days ago", "in 6 days". `count` is negative in the past. */
export const formatDistance = (
  count: number,
  unit: Intl.RelativeTimeFormatUnit,
  options?: Intl.RelativeTimeFormatOptions,
): string => times(options).format(count, unit)

export const formatNumber = (value: number, options?: Intl.NumberFormatOptions): string =>
  numbers(options).format(value)

/** "a, b and c". */
export const formatList = (all: readonly string[]): string => lists().format(all)
