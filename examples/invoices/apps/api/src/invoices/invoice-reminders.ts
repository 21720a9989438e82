import type { Clock, Stored } from '@latchkey/contracts/server'
import type { Logger } from 'pino'
import { createBackground } from '../background.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import { type InvoiceModel, type InvoiceRecord, readInvoice } from './invoice.model.ts'
import { factsOf } from './invoices.service.ts'

interface Collaborators {
  model: InvoiceModel
  mailQueue: Pick<MailQueue, 'add'>
  clock: Clock
  log: Logger
}

/** On the day that an invoice is due (UTC), its writer is reminded, once. Every process looks once a minute. */
export function createInvoiceReminders({ model, mailQueue, clock, log }: Collaborators) {
  const background = createBackground({ sweep, log, what: 'invoices that are due' })
  return { ...background, sweep }

  async function sweep(stopping?: AbortSignal): Promise<void> {
    while (!stopping?.aborted) {
      const now = clock.now()
      const today = now.toISOString().slice(0, 10)
      // One update finds and marks it: of several processes one gets it.
      const stored = await model
        .findOneAndUpdate(
          { remindedAt: null, due: { $lte: today } },
          { $set: { remindedAt: now } },
          { sort: { due: 1 } },
        )
        .lean<Stored<InvoiceRecord>>()
      if (!stored) return
      const invoice = readInvoice(stored)
      if (invoice) await remind(invoice)
    }
  }

  async function remind(invoice: InvoiceRecord): Promise<void> {
    try {
      await mailQueue.add({ kind: 'invoice_due', userId: invoice.userId, told: factsOf(invoice) })
    } catch (error) {
      // Nobody was told: another look will do it, if this can still be written.
      await model.updateOne({ _id: invoice._id }, { $set: { remindedAt: null } })
      throw error
    }
  }
}
