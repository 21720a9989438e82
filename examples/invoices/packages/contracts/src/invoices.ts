import * as z from 'zod/mini'
import { complaint } from './complaint.ts'
import { dateField, numberField } from './fields.ts'
import { contract } from './route-contract.ts'

const InvoiceSchema = z.object({
  id: z.string(),
  /** Who wrote it: their id, and what they are called. */
  userId: z.string(),
  author: z.string(),
  customer: z.string(),
  amount: z.number(),
  /** A day: `2026-12-01`. */
  due: z.string(),
})
export type Invoice = z.infer<typeof InvoiceSchema>

export const InvoiceBodySchema = z.strictObject({
  customer: z
    .string(complaint('name_missing'))
    .check(z.trim(), z.minLength(1, complaint('name_missing')), z.maxLength(100, complaint('name_long'))),
  amount: numberField({ min: 1, max: 1_000_000 }),
  due: dateField(),
})
export type InvoiceBody = z.infer<typeof InvoiceBodySchema>

export const invoiceRoutes = {
  invoices: contract({
    method: 'GET',
    path: '/invoices',
    summary: 'What is owed to you; to everybody for accountants and administrators',
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
  deleteInvoice: contract({
    method: 'DELETE',
    path: '/invoices/:id',
    summary: 'Delete an invoice of your own; any, for administrators',
    requires: 'accessToken',
    params: z.object({ id: z.string() }),
    status: 204,
    reply: null,
    errors: ['not_found'],
  }),
}
