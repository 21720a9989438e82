import { dateIn, idIn, type Stored, textIn } from '@latchkey/contracts/server'
import { type Connection, Schema, type Types } from 'mongoose'

export interface InvoiceRecord {
  _id: Types.ObjectId
  /** Who wrote it. */
  userId: Types.ObjectId
  customer: string
  amount: number
  /** A day: `2026-12-01`. */
  due: string
  createdAt: Date
  /** When its writer was reminded that it is due. Missing or null: not yet. */
  remindedAt?: Date | null
}

const invoiceSchema = new Schema<InvoiceRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    customer: { type: String, required: true },
    amount: { type: Number, required: true },
    due: { type: String, required: true },
    createdAt: { type: Date, required: true },
    remindedAt: { type: Date },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

// Those of one person, those of everybody, and those of which nobody was reminded, the earliest first.
invoiceSchema.index({ userId: 1, due: 1, _id: 1 })
invoiceSchema.index({ due: 1, _id: 1 })
invoiceSchema.index({ remindedAt: 1, due: 1 })

export const invoiceModel = (connection: Connection) => connection.model('Invoice', invoiceSchema, 'invoices')
export type InvoiceModel = ReturnType<typeof invoiceModel>

/** An invoice as it is stored, by this version or another. Null: one that says not whose it is, or what is owed. */
export function readInvoice(stored: Stored<InvoiceRecord> | null): InvoiceRecord | null {
  const _id = idIn<Types.ObjectId>(stored?._id)
  const userId = idIn<Types.ObjectId>(stored?.userId)
  const due = textIn(stored?.due)
  if (!stored || !_id || !userId || !due || typeof stored.amount !== 'number') return null
  return {
    _id,
    userId,
    customer: textIn(stored.customer) ?? '',
    amount: stored.amount,
    due,
    createdAt: dateIn(stored.createdAt) ?? _id.getTimestamp(),
    remindedAt: dateIn(stored.remindedAt),
  }
}
