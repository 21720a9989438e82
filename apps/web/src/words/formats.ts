import { locale } from './language.ts'

const made = new Map<string, Intl.DateTimeFormat>()

/** A date as its reader writes it. */
export function formatDate(date: Date, options: Intl.DateTimeFormatOptions): string {
  const key = locale() + JSON.stringify(options)
  const format = made.get(key) ?? new Intl.DateTimeFormat(locale(), options)
  made.set(key, format)
  return format.format(date)
}

export const formatNumber = (value: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(locale(), options).format(value)

/** "a, b and c". */
export const formatList = (all: readonly string[]): string =>
  new Intl.ListFormat(locale(), { type: 'conjunction' }).format(all)
