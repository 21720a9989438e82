import * as z from 'zod/mini'
import type { TakenName } from './user-fields.ts'

/** What somebody may say, and what it is until they do: `z._default(z.string(), '')`. */
type OwnField = z.ZodMiniDefault

type OwnFieldList = Record<string, OwnField>

/** What an account says in each field. */
export type ValuesOf<Fields extends OwnFieldList> = { [Name in keyof Fields]: z.output<Fields[Name]> }

/** Fields that are a text or a number and whose names are not ours. */
type Checked<Fields extends OwnFieldList> = {
  [Name in keyof Fields]: Name extends TakenName
    ? never
    : z.output<Fields[Name]> extends string | number
      ? Fields[Name]
      : never
}

/**
 * Keeps the types of a list of fields. A name of ours, or what is neither a text nor a number, does not compile. A default that
 * is not allowed throws: it stands in every answer, and an input that nobody has filled sends it back.
 */
export function ownFieldsOf<Fields extends OwnFieldList>(fields: Fields & Checked<Fields>): Fields {
  for (const [name, { _zod }] of Object.entries<OwnField>(fields)) {
    const { innerType, defaultValue } = _zod.def
    const parsed = z.safeParse(innerType, defaultValue)
    if (!parsed.success || parsed.data !== defaultValue)
      throw new Error(
        `own-fields.ts: ${name} does not allow its own default, ${JSON.stringify(defaultValue)}. What may be empty says z.union([z.literal(''), …]).`,
      )
  }
  return fields
}

type Changes<Fields extends OwnFieldList> = {
  [Name in keyof Fields]: z.ZodMiniOptional<Fields[Name]['_zod']['def']['innerType']>
}

/** What their owner sends: those that change, at least one. */
export function changesOf<Fields extends OwnFieldList>(fields: Fields) {
  const entries = Object.entries(fields).map(([name, field]) => [name, z.optional(field._zod.def.innerType)])
  const shape: Changes<Fields> = Object.fromEntries(entries)
  return z.strictObject(shape).check(z.refine((changes) => Object.keys(changes).length > 0, { abort: true }))
}

/**
 * Reads them from a stored account, or from a user as another version says it. What is missing, or no longer allowed, has
 * its default.
 */
export const readerOf =
  <Fields extends OwnFieldList>(fields: Fields) =>
  (said: unknown): ValuesOf<Fields> => {
    const values = new Map(Object.entries(typeof said === 'object' && said !== null ? said : {}))
    const read = ([name, field]: [string, OwnField]) => {
      const parsed = field.safeParse(values.get(name))
      return [name, parsed.success ? parsed.data : field.parse(undefined)]
    }
    return Object.fromEntries(Object.entries(fields).map(read))
  }
