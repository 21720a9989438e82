import { ServerError } from '../errors.ts'
import { optionalCount, optionalString } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/getMore/ */
export const getMore: Handler = (request) => {
  const id = request.body.get('getMore')
  if (typeof id !== 'bigint')
    throw new ServerError(
      'TypeMismatch',
      "BSON field 'getMore.getMore' is the wrong type, expected type 'long'",
    )
  const namespace = `${request.database}.${optionalString(request, 'collection') ?? ''}`
  return request.engine.cursors.more(id, namespace, optionalCount(request, 'batchSize'))
}
