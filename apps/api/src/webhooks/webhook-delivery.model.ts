import { dateIn, idIn, longAgo, type Stored, textIn, wholeIn } from '@latchkey/contracts/server'
import { type Connection, Schema, type Types } from 'mongoose'

/** `waiting` for its turn, for its next attempt, or while it is being sent; `delivered`; `failed`: given up. */
const deliveryStates = ['waiting', 'delivered', 'failed'] as const
type DeliveryState = (typeof deliveryStates)[number]

/** One event on its way to one endpoint. Says nothing that opens anything. */
export interface WebhookDeliveryRecord {
  /** Event and endpoint: however often an event is put here, it is here once. */
  _id: string
  /** The `webhook-id`, the same at every attempt. */
  eventId: string
  /** The `key` of an endpoint: its address may hold a secret. */
  endpoint: string
  /** Whom it is about: theirs go out one after the other. */
  userId: Types.ObjectId
  type: string
  /** What is sent, to the letter. */
  body: string
  /** The line of a user: by the database's clock, whichever process writes, and within a process as they came. */
  queuedAt: Date
  sequence: number
  createdAt: Date
  state: DeliveryState
  attempts: number
  /** Not before then. While it is being sent this lies in the future: should the process die, it is sent again. */
  dueAt: Date
  /** What the last attempt was answered: a status, or why there was none. */
  answer: string
  expiresAt: Date
}

const webhookDeliverySchema = new Schema<WebhookDeliveryRecord>(
  {
    _id: { type: String, required: true },
    eventId: { type: String, required: true },
    endpoint: { type: String, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    type: { type: String, required: true },
    body: { type: String, required: true },
    queuedAt: { type: Date, required: true },
    sequence: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    state: { type: String, enum: deliveryStates, required: true },
    attempts: { type: Number, required: true },
    dueAt: { type: Date, required: true },
    answer: { type: String, default: '' },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

webhookDeliverySchema.index({ endpoint: 1, state: 1, dueAt: 1 })
webhookDeliverySchema.index({ endpoint: 1, userId: 1, state: 1, queuedAt: 1, sequence: 1 })
webhookDeliverySchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const webhookDeliveryModel = (connection: Connection) =>
  connection.model('WebhookDelivery', webhookDeliverySchema, 'webhookDeliveries')
export type WebhookDeliveryModel = ReturnType<typeof webhookDeliveryModel>

export type WebhookDelivery = Omit<WebhookDeliveryRecord, 'queuedAt' | 'sequence' | 'expiresAt'>

/** A delivery as it is stored. Null: it does not say what to send, where, or when. */
export function readWebhookDelivery(stored: Stored<WebhookDeliveryRecord>): WebhookDelivery | null {
  const _id = textIn(stored._id)
  const [eventId, endpoint, body] = [textIn(stored.eventId), textIn(stored.endpoint), textIn(stored.body)]
  const userId = idIn<Types.ObjectId>(stored.userId)
  const [attempts, dueAt] = [wholeIn(stored.attempts), dateIn(stored.dueAt)]
  if (!_id || !eventId || !endpoint || !body || !userId || attempts === null || !dueAt) return null
  return {
    _id,
    eventId,
    endpoint,
    body,
    userId,
    type: textIn(stored.type) ?? '',
    createdAt: dateIn(stored.createdAt) ?? longAgo,
    // What nobody knows the state of is not sent.
    state: deliveryStates.find((each) => each === stored.state) ?? 'failed',
    attempts,
    dueAt,
    answer: textIn(stored.answer) ?? '',
  }
}
