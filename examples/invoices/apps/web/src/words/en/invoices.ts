import { catalogue } from '../catalogue.ts'

export const words = catalogue('invoices', {
  invoices: 'Invoices',
  lead: 'What is owed, the earliest first. We write to you on the day that one is due.',
  loading: 'Loading the invoices…',
  newInvoice: 'New invoice',
  customer: 'Customer',
  amount: 'Amount',
  due: 'Due',
  add: 'Add',
  open: 'Open invoices',
  none: 'There are no invoices yet.',
  dueOn: (day: string) => `due on ${day}`,
  by: (author: string) => `by ${author}`,
  delete: 'Delete',
  deleteIt: (customer: string) => `Delete the invoice for ${customer}`,
  deleteQuestion: (customer: string) => `Delete the invoice for ${customer}? This can’t be undone.`,
  deleted: (customer: string) => `The invoice for ${customer} has been deleted.`,
})
