import { ServerError } from '../errors.ts'
import { sameDocument } from '../storage/index-spec.ts'
import type { Document } from '../values/types.ts'
import { collectionName, flag } from './arguments.ts'
import type { Handler } from './command.ts'

const KEPT = ['collation', 'comment', 'validator', 'validationLevel', 'validationAction']

/** https://www.mongodb.com/docs/manual/reference/command/create/ */
export const create: Handler = async (request) => {
  const { engine, database, body } = request
  const name = collectionName(request)
  for (const option of ['viewOn', 'timeseries', 'clusteredIndex', 'encryptedFields'])
    if (body.has(option))
      throw new ServerError(
        'CommandNotSupported',
        `create with '${option}' is not supported by the embedded database`,
      )
  if (flag(body.get('capped')))
    throw new ServerError(
      'CommandNotSupported',
      'capped collections are not supported by the embedded database',
    )
  for (const option of ['validator', 'collation'])
    if (body.has(option))
      throw new ServerError(
        'CommandNotSupported',
        `create with '${option}' is not supported by the embedded database`,
      )
  const options: Document = new Map([...body].filter(([option]) => KEPT.includes(option)))
  return engine.write(() => {
    const existing = engine.catalog.find(database, name)
    if (existing && !sameDocument(existing.state.options, options))
      throw new ServerError(
        'NamespaceExists',
        `namespace ${database}.${name} already exists, but with different options`,
      )
    if (existing) throw new ServerError('NamespaceExists', `Collection ${database}.${name} already exists.`)
    engine.catalog.create(database, name, options)
    return { ok: 1 }
  })
}
