import { type Connection, Schema } from 'mongoose'

/** How many notices of one kind were queued for one recipient in one hour. */
interface NoticeCapRecord {
  /** Kind, recipient and hour. The recipient is an account's id, or the hash of an address. */
  _id: string
  count: number
  expiresAt: Date
}

const noticeCapSchema = new Schema<NoticeCapRecord>(
  {
    _id: { type: String, required: true },
    count: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

noticeCapSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const noticeCapModel = (connection: Connection) =>
  connection.model('NoticeCap', noticeCapSchema, 'noticeCaps')
export type NoticeCapModel = ReturnType<typeof noticeCapModel>
