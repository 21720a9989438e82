import { type Connection, Schema } from 'mongoose'

/** One document: the highest cost that any stored hash may have. */
export interface HashCostRecord {
  _id: string
  highest: number
}

const hashCostSchema = new Schema<HashCostRecord>(
  { _id: { type: String, required: true }, highest: { type: Number, required: true } },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

export const hashCostModel = (connection: Connection) =>
  connection.model('HashCost', hashCostSchema, 'hashCosts')
export type HashCostModel = ReturnType<typeof hashCostModel>
