import type { Invoice, InvoiceBody } from '@latchkey/contracts'
import type { Clock, Stored } from '@latchkey/contracts/server'
import { Types } from 'mongoose'
import type { MailQueue } from '../mail/mail-queue.ts'
import { projectionOf, readUser, type StoredUser } from '../users/read-user.ts'
import type { UserModel } from '../users/user.model.ts'
import { type InvoiceModel, type InvoiceRecord, readInvoice } from './invoice.model.ts'

/** So many are shown. */
const longestList = 200

interface Collaborators {
  model: InvoiceModel
  users: UserModel
  mailQueue: Pick<MailQueue, 'tell'>
  clock: Clock
}

export type Invoices = ReturnType<typeof createInvoices>

/** What people have written, and who may do what with it. `writer`: the id of a user; null: whoever wrote it. */
export function createInvoices({ model, users, mailQueue, clock }: Collaborators) {
  return {
    /** The one that is due first comes first. */
    async list(writer: string | null): Promise<Invoice[]> {
      const found = await model
        .find(writer === null ? {} : { userId: writer })
        .sort({ due: 1, _id: 1 })
        .limit(longestList)
        .lean<Stored<InvoiceRecord>[]>()
      return await shown(found.flatMap((each) => readInvoice(each) ?? []))
    },

    async add(writer: string, { customer, amount, due }: InvoiceBody): Promise<Invoice> {
      const userId = new Types.ObjectId(writer)
      const invoice = { _id: new Types.ObjectId(), userId, customer, amount, due, createdAt: clock.now() }
      await model.create(invoice)
      await mailQueue.tell({ kind: 'invoice_written', userId, told: factsOf(invoice) })
      const [written] = await shown([invoice])
      return written ?? view(invoice, '')
    },

    /** False: there is none of theirs. */
    async delete(id: string, writer: string | null): Promise<boolean> {
      if (!Types.ObjectId.isValid(id)) return false
      const { deletedCount } = await model.deleteOne({ _id: id, ...(writer !== null && { userId: writer }) })
      return deletedCount > 0
    },

    /** All of an account that is deleted. */
    remove: (userId: Types.ObjectId) => model.deleteMany({ userId }),
  }

  /** With what their writers are called now. */
  async function shown(invoices: InvoiceRecord[]): Promise<Invoice[]> {
    const fields = ['username', 'own'] as const
    const _id = { $in: [...new Set(invoices.map(({ userId }) => userId))] }
    const writers = await users.find({ _id }, projectionOf(fields)).lean<StoredUser[]>()
    const names = new Map(
      writers.flatMap((stored) => {
        const user = readUser(stored, fields)
        return user ? [[user._id.toHexString(), user.own.displayName || user.username]] : []
      }),
    )
    return invoices.map((each) => view(each, names.get(each.userId.toHexString()) ?? ''))
  }
}

const view = ({ _id, userId, customer, amount, due }: InvoiceRecord, author: string): Invoice => ({
  id: _id.toHexString(),
  userId: userId.toHexString(),
  author,
  customer,
  amount,
  due,
})

/** What a mail tells of one. */
export const factsOf = ({ customer, amount, due }: Pick<InvoiceRecord, 'customer' | 'amount' | 'due'>) => ({
  customer,
  amount: amount.toFixed(2),
  due,
})
