import { compileFilter } from '../query/filter.ts'
import { ID_INDEX } from '../storage/index-spec.ts'
import { toDouble } from '../values/numbers.ts'
import { document, isDocument, isNumeric } from '../values/types.ts'
import { flag, optionalDocument } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/listCollections/ */
export const listCollections: Handler = (request) => {
  const { engine, database, body } = request
  const filter = compileFilter(optionalDocument(request, 'filter') ?? new Map())
  const nameOnly = flag(body.get('nameOnly'))
  const documents = engine.catalog
    .list(database)
    .map(({ state }) => ({
      full: document({
        name: state.name,
        type: 'collection',
        options: state.options,
        info: document({ readOnly: false, uuid: state.uuid }),
        idIndex: ID_INDEX,
      }),
      short: document({ name: state.name, type: 'collection' }),
    }))
    .filter(({ full }) => filter.matches(full))
    .map(({ full, short }) => (nameOnly ? short : full))
  const cursor = body.get('cursor')
  const batchSize = isDocument(cursor) ? cursor.get('batchSize') : undefined
  return engine.cursors.start({
    namespace: `${database}.$cmd.listCollections`,
    documents,
    batchSize: isNumeric(batchSize) ? toDouble(batchSize) : undefined,
  })
}
