import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import { find } from '../query/find.ts'
import { encodeKey } from '../values/key.ts'
import { reach } from '../values/paths.ts'
import type { Value } from '../values/types.ts'
import { collationOf, findCollection, optionalDocument, optionalString, variablesOf } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/distinct/ */
export const distinct: Handler = (request) => {
  const collation = collationOf(request.body)
  const hint = request.body.get('hint')
  const key = optionalString(request, 'key')
  if (key === undefined)
    throw new ServerError('Location40414', "BSON field 'distinct.key' is missing but a required field")
  const filter = compileFilter(optionalDocument(request, 'query') ?? new Map(), {
    collation,
    variables: variablesOf(request),
  })
  const values = new Map<string, Value>()
  const collection = findCollection(request)
  const path = key.split('.')
  for (const { document } of collection ? find(collection, { filter, collation, hint }) : [])
    reach(document, path, (value) => {
      // An array counts as its elements, which have been visited already.
      if (value === undefined || Array.isArray(value)) return false
      const identity = encodeKey(value, false, collation).toString('latin1')
      if (!values.has(identity)) values.set(identity, value)
      return false
    })
  return { values: [...values.values()], ok: 1 }
}
