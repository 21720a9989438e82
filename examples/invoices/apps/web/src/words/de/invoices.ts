import type { Translation } from '../translation.ts'

export const invoices: Translation['invoices'] = {
  invoices: 'Rechnungen',
  lead: 'Was noch aussteht, das Früheste zuerst. Am Tag der Fälligkeit schreiben wir Ihnen.',
  loading: 'Die Rechnungen werden geladen …',
  newInvoice: 'Neue Rechnung',
  customer: 'Kunde',
  amount: 'Betrag',
  due: 'Fällig am',
  add: 'Hinzufügen',
  open: 'Offene Rechnungen',
  none: 'Es gibt noch keine Rechnungen.',
  dueOn: (day) => `fällig am ${day}`,
  by: (author) => `von ${author}`,
  delete: 'Löschen',
  deleteIt: (customer) => `Die Rechnung an ${customer} löschen`,
  deleteQuestion: (customer) =>
    `Die Rechnung an ${customer} löschen? Das lässt sich nicht rückgängig machen.`,
  deleted: (customer) => `Die Rechnung an ${customer} wurde gelöscht.`,
}
