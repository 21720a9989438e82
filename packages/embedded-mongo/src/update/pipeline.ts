import { addFields, replaceRoot, unsetFields } from '../aggregate/document-stages.ts'
import { ServerError } from '../errors.ts'
import { compileProjection } from '../query/projection.ts'
import { type Document, isDocument, type Value } from '../values/types.ts'
import type { Update, UpdateOptions } from './types.ts'

/** Compiles `[{ $set: … }, { $unset: … }, …]`. @throws ServerError `InvalidOptions` (72) for any other stage */
export function compilePipelineUpdate(stages: Value[], { variables, collation }: UpdateOptions): Update {
  const options = { variables, collation, aggregation: true }
  const steps = stages.map((stage): ((document: Document) => Document) => {
    if (!isDocument(stage) || stage.size !== 1)
      throw new ServerError(
        'Location40323',
        'A pipeline stage specification object must contain exactly one field.',
      )
    const [[name, operand] = ['', null]] = stage
    switch (name) {
      case '$set':
      case '$addFields':
        return addFields(operand, options)
      case '$unset':
        return unsetFields(operand, options)
      case '$project':
        if (!isDocument(operand))
          throw new ServerError('Location15969', '$project specification must be an object')
        return compileProjection(operand, options)
      case '$replaceRoot':
      case '$replaceWith':
        return replaceRoot(name, operand, options)
      default:
        throw new ServerError('InvalidOptions', `${name} is not allowed to be used within an update`)
    }
  })
  return (document) => {
    const id = document.get('_id')
    const result = steps.reduce((current, step) => step(current), document)
    // Like a replacement, a new root without an _id keeps the old one.
    if (id !== undefined && !result.has('_id')) return new Map([['_id', id], ...result])
    return result
  }
}
