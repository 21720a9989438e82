import { sessionSchema } from '@latchkey/sessions'
import { model, Schema } from 'mongoose'

/** The shop's own users. `refreshTokens` is all that sessions need. */
export const Member = model(
  'Member',
  new Schema({
    username: { type: String, required: true },
    email: { type: String, required: true, unique: true },
    secret: { type: String, required: true },
    refreshTokens: [sessionSchema],
  }),
)
