import { ServerError } from '../errors.ts'
import { flag, optionalString } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/renameCollection/ */
export const renameCollection: Handler = async (request) => {
  const { engine, body } = request
  const from = split(optionalString(request, 'renameCollection'))
  const to = split(optionalString(request, 'to'))
  return engine.write(() => {
    const source = engine.catalog.find(from.database, from.name)
    if (!source)
      throw new ServerError(
        'NamespaceNotFound',
        `Source collection ${from.database}.${from.name} does not exist`,
      )
    if (from.database === to.database && from.name === to.name)
      throw new ServerError('IllegalOperation', "Can't rename a collection to itself")
    const target = engine.catalog.find(to.database, to.name)
    if (target && !flag(body.get('dropTarget')))
      throw new ServerError('NamespaceExists', 'target namespace exists')
    if (target) engine.catalog.drop(target)
    engine.catalog.rename(source, to.database, to.name)
    return { ok: 1 }
  })
}

function split(namespace: string | undefined): { database: string; name: string } {
  const dot = namespace?.indexOf('.') ?? -1
  if (!namespace || dot <= 0)
    throw new ServerError('InvalidNamespace', `Invalid namespace specified '${namespace ?? ''}'`)
  return { database: namespace.slice(0, dot), name: namespace.slice(dot + 1) }
}
