import * as z from 'zod/mini'
import { checkboxField, contract, dateField, emptyOr, numberField } from '../src/index.ts'

// A contract of one's own, for the tests of the API and of the page.

const InvoiceSchema = z.object({ id: z.string(), amount: z.number(), due: z.string(), isPaid: z.boolean() })
export type Invoice = z.infer<typeof InvoiceSchema>

export const InvoiceBodySchema = z.strictObject({
  amount: numberField({ min: 0.01 }),
  due: dateField(),
  isPaid: checkboxField(),
})

export const routes = {
  invoices: contract({
    method: 'GET',
    path: '/invoices',
    summary: 'What is owed',
    requires: 'accessToken',
    query: z.object({ until: emptyOr(dateField()) }),
    status: 200,
    reply: z.object({ invoices: z.array(InvoiceSchema) }),
    errors: ['validation_failed'],
  }),
  addInvoice: contract({
    method: 'POST',
    path: '/invoices',
    summary: 'Write an invoice',
    requires: 'accessToken',
    body: InvoiceBodySchema,
    status: 201,
    reply: z.object({ invoice: InvoiceSchema }),
    errors: ['validation_failed'],
  }),
}
