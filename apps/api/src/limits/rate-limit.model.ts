import { dateIn, longAgo, type Stored, wholeIn } from '@latchkey/contracts/server'
import { type Connection, Schema } from 'mongoose'

/** How much of one bucket is taken, and when its window ends. */
export interface RateLimitRecord {
  key: string
  points: number
  expire: Date
}

const rateLimitSchema = new Schema<RateLimitRecord>(
  {
    key: { type: String, required: true },
    points: { type: Number, required: true },
    expire: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

rateLimitSchema.index({ key: 1 }, { unique: true })
rateLimitSchema.index({ expire: 1 }, { expireAfterSeconds: 0 })

export const rateLimitModel = (connection: Connection) =>
  connection.model('RateLimit', rateLimitSchema, 'rateLimits')
export type RateLimitModel = ReturnType<typeof rateLimitModel>

/** A bucket as it is stored. One that does not say when its window ends has none open. */
export const readRateLimit = ({ points, expire }: Stored<RateLimitRecord>) => ({
  points: wholeIn(points) ?? 0,
  expire: dateIn(expire) ?? longAgo,
})
