import * as z from 'zod/mini'
import { contract, dateField, numberField } from '../src/index.ts'

// A contract of one's own, for the tests of the API and of the page.

const InvoiceSchema = z.object({ id: z.string(), amount: z.number(), due: z.string() })
export type Invoice = z.infer<typeof InvoiceSchema>

export const InvoiceBodySchema = z.strictObject({ amount: numberField({ min: 1 }), due: dateField() })

export const routes = {
  invoices: contract({
    method: 'GET',
    path: '/invoices',
    summary: 'What is owed',
    requires: 'accessToken',
    status: 200,
    reply: z.object({ invoices: z.array(InvoiceSchema) }),
    errors: [],
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
