import * as z from 'zod/mini'
import { complaint } from './complaint.ts'

// For bodies that a form fills: an input gives text, and other callers send what JSON has for it.

interface NumberField {
  /** The smallest and the largest that is allowed. */
  min?: number
  max?: number
  /** Without a fraction. */
  isWhole?: boolean
}

/** As browsers write a number (HTML §2.3.4.3), with spaces around it or a plus before it. */
const numeral = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i

/** Nothing where nothing was typed, which is not zero; NaN for what is no number. */
function numberOf(typed: number | string): unknown {
  if (typeof typed !== 'string') return typed
  const text = typed.trim()
  if (text === '') return undefined
  return numeral.test(text) ? Number(text) : Number.NaN
}

const complaintAboutNumber = ({ input }: { input?: unknown }) =>
  input === undefined
    ? complaint('number_missing')
    : Number.isFinite(input)
      ? complaint('number_whole')
      : complaint('number_malformed')

/** A number, or the text of an input (`type="number"`). Gives a number. */
export function numberField({ min, max, isWhole = false }: NumberField = {}) {
  const schema = isWhole ? z.int({ error: complaintAboutNumber }) : z.number({ error: complaintAboutNumber })
  return z.pipe(
    z.transform(numberOf),
    schema.check(
      ...(min === undefined ? [] : [z.gte(min, complaint('number_small'))]),
      ...(max === undefined ? [] : [z.lte(max, complaint('number_large'))]),
    ),
  )
}

/** A day, `2026-03-14`, as JSON has it and an input with `type="date"`. Gives the same text. */
export const dateField = () =>
  z.iso.date({ error: ({ input }) => complaint(input ? 'date_malformed' : 'date_missing') })

const ticks = new Map<unknown, boolean>([
  ['on', true],
  ['true', true],
  ['false', false],
])

/** A boolean, or what a form says of a checkbox: `on`, and nothing where it is not ticked. Gives a boolean. */
export const checkboxField = () =>
  z._default(
    z.pipe(
      z.transform((typed: boolean | 'on' | 'true' | 'false'): unknown => ticks.get(typed) ?? typed),
      // Said twice: here for the document, and below for who leaves it out.
      z._default(z.boolean(complaint('checkbox_malformed')), false),
    ),
    false,
  )

/** For an input that may be left empty: gives undefined then. */
export const emptyOr = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.optional(
    z.pipe(
      z.transform((typed: z.input<Schema> | '' | undefined): unknown => (typed === '' ? undefined : typed)),
      z.optional(schema),
    ),
  )
