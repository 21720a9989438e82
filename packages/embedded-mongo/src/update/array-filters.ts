import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import type { Collation } from '../values/collation.ts'
import { type Document, document, isDocument, type Maybe, type Value } from '../values/types.ts'

/** Which elements `$[name]` stands for. */
export interface ArrayFilters {
  get(name: string): ((element: Value) => boolean) | undefined
  names(): string[]
}

/** @throws ServerError `FailedToParse` (9) for a filter that names no identifier, or several */
export function parseArrayFilters(source: Maybe, collation: Collation | undefined): ArrayFilters {
  const filters = new Map<string, (element: Value) => boolean>()
  if (source !== undefined && !Array.isArray(source))
    throw new ServerError('TypeMismatch', 'arrayFilters must be an array')
  for (const filter of source ?? []) {
    if (!isDocument(filter)) throw new ServerError('TypeMismatch', 'arrayFilters must be objects')
    const names = new Set(identifiers(filter))
    const [name] = names
    if (name === undefined)
      throw new ServerError(
        'FailedToParse',
        'Cannot use an expression without a top-level field name in arrayFilters',
      )
    if (names.size > 1)
      throw new ServerError(
        'FailedToParse',
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${[...names].join("' and '")}'`,
      )
    if (!/^[a-z][A-Za-z0-9]*$/.test(name))
      throw new ServerError(
        'BadValue',
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      )
    if (filters.has(name))
      throw new ServerError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${name}`,
      )
    const compiled = compileFilter(filter, { collation })
    filters.set(name, (element) => compiled.matches(document({ [name]: element })))
  }
  return { get: (name) => filters.get(name), names: () => [...filters.keys()] }
}

function identifiers(filter: Document): string[] {
  return [...filter].flatMap(([name, value]) => {
    if (!name.startsWith('$')) return [name.split('.')[0] as string]
    return Array.isArray(value) ? value.filter(isDocument).flatMap(identifiers) : []
  })
}
