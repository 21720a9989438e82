import { changesOf, readerOf, type ValuesOf } from './own-field.ts'
import { ownFields } from './own-fields.ts'

export type OwnFields = ValuesOf<typeof ownFields>
export type OwnFieldName = keyof OwnFields & string

export const ownFieldNames = Object.keys(ownFields) as OwnFieldName[]

/** The fields of one's own of a stored account or of a user; what is missing or no longer allowed has its default. */
export const ownFieldsIn = readerOf(ownFields)

/** What their owner sends: those that change. */
export const OwnFieldsBodySchema = changesOf(ownFields)

/** Of an account whose owner has said nothing. */
export const ownFieldDefaults: OwnFields = ownFieldsIn({})
