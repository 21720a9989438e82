/**
 * A document as it is stored, perhaps by another system or an older version: nothing is known of its fields. One function
 * for each kind of document (`readSession`, say) makes a record of it, in which each field has its kind and its default.
 */
export type Stored<Document> = { readonly [Field in keyof Document]?: unknown }

// What a field says. Missing, null and anything of another kind are the same: it says nothing.

/** An ObjectId: known by its mark, for an application may bring a Mongoose of its own. */
export const idIn = <Id extends { toHexString(): string }>(value: unknown): Id | null =>
  isObject(value) && value._bsontype === 'ObjectId' ? (value as unknown as Id) : null
export const dateIn = (value: unknown): Date | null => (value instanceof Date ? value : null)
export const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)
export const wholeIn = (value: unknown): number | null =>
  Number.isSafeInteger(value) ? (value as number) : null
/** The documents in a list; what else it holds is passed over. */
export const entriesIn = <Entry>(value: unknown): Stored<Entry>[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** In place of a date that says when something ends: it has. */
export const longAgo = new Date(0)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

// The same in an update, as expressions: $inc, $push and $pull fail on null.

export const numberOf = (field: string) => ({ $cond: [{ $isNumber: `$${field}` }, `$${field}`, 0] })
export const oneMore = (field: string) => ({ $add: [numberOf(field), 1] })
export const objectOf = (field: string) => ({
  $cond: [{ $eq: [{ $type: `$${field}` }, 'object'] }, `$${field}`, { $literal: {} }],
})
export const listOf = (field: string) => ({ $cond: [{ $isArray: `$${field}` }, `$${field}`, []] })
