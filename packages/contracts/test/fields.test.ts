import { expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod/mini'
import { checkboxField, complaintOf, dateField, emptyOr, numberField } from '../src/index.ts'
import { createSchemas } from '../src/server/openapi/schemas.ts'

const InvoiceBodySchema = z.strictObject({
  amount: numberField({ min: 1, max: 1000 }),
  pieces: numberField({ isWhole: true }),
  due: dateField(),
  isPaid: checkboxField(),
  discount: emptyOr(numberField({ max: 50 })),
})

const typed = { amount: ' 12.50 ', pieces: '3', due: '2028-02-29', isPaid: 'on', discount: '' }
const sent = { amount: 12.5, pieces: 3, due: '2028-02-29', isPaid: true }

function complaintsAbout(field: keyof typeof typed, value: unknown) {
  const { error } = InvoiceBodySchema.safeParse({ ...typed, [field]: value })
  return error?.issues.map((issue) => ({ path: issue.path.join('.'), ...complaintOf(issue) }))
}

it('gives the same for what was typed and for JSON', () => {
  expect(InvoiceBodySchema.parse(typed)).toEqual({ ...sent, discount: undefined })
  expect(InvoiceBodySchema.parse(sent)).toEqual(sent)
  const { isPaid: _, ...notTicked } = typed
  expect(InvoiceBodySchema.parse(notTicked).isPaid).toBe(false)
  expect(InvoiceBodySchema.parse({ ...typed, discount: '7', isPaid: 'false' })).toMatchObject({
    discount: 7,
    isPaid: false,
  })
})

it.each([
  ['0', 0],
  ['-3', -3],
  ['+4.', 4],
  ['.5', 0.5],
  ['1e3', 1000],
])('takes %j for a number', (text, number) => {
  expect(numberField().parse(text)).toBe(number)
})

it.each([
  ['amount', '', 'number_missing'],
  ['amount', '  ', 'number_missing'],
  ['amount', undefined, 'number_missing'],
  ['amount', 'twelve', 'number_malformed'],
  ['amount', '0x10', 'number_malformed'],
  ['amount', '1,5', 'number_malformed'],
  ['amount', '1e999', 'number_malformed'],
  ['amount', 'Infinity', 'number_malformed'],
  ['amount', null, 'number_malformed'],
  ['amount', true, 'number_malformed'],
  ['amount', [], 'number_malformed'],
  ['amount', '0.99', 'number_small', 1],
  ['amount', 1001, 'number_large', 1000],
  ['pieces', '1.5', 'number_whole'],
  ['pieces', '', 'number_missing'],
  ['due', '', 'date_missing'],
  ['due', undefined, 'date_missing'],
  ['due', '14.03.2026', 'date_malformed'],
  ['due', '2026-02-29', 'date_malformed'],
  ['due', 20260314, 'date_malformed'],
  ['isPaid', '', 'checkbox_malformed'],
  ['isPaid', 'off', 'checkbox_malformed'],
  ['isPaid', 1, 'checkbox_malformed'],
  ['isPaid', null, 'checkbox_malformed'],
  ['discount', 'some', 'number_malformed'],
  ['discount', '51', 'number_large', 50],
] as const)('about %s refuses %j: %s', (field, value, code, limit?: number) => {
  expect(complaintsAbout(field, value)).toEqual([
    { path: field, code, ...(limit !== undefined && { limit }) },
  ])
})

it('is described as what JSON has for it', () => {
  expect(createSchemas().ofInput(InvoiceBodySchema)).toEqual({
    type: 'object',
    properties: {
      amount: { type: 'number', minimum: 1, maximum: 1000 },
      pieces: { type: 'integer' },
      due: { type: 'string', format: 'date', pattern: expect.any(String) },
      isPaid: { type: 'boolean', default: false },
      discount: { type: 'number', maximum: 50 },
    },
    required: ['amount', 'pieces', 'due'],
    additionalProperties: false,
  })
})

it('has types for both sides', () => {
  expectTypeOf<z.output<typeof InvoiceBodySchema>>().toEqualTypeOf<{
    amount: number
    pieces: number
    due: string
    isPaid: boolean
    discount?: number | undefined
  }>()
  expectTypeOf<z.input<typeof InvoiceBodySchema>>().toEqualTypeOf<{
    amount: number | string
    pieces: number | string
    due: string
    isPaid?: boolean | 'on' | 'true' | 'false' | undefined
    discount?: number | string | undefined
  }>()
})
