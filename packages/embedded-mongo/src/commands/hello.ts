import { MAX_DOCUMENT_BYTES } from '../storage/collection.ts'
import { int } from '../values/types.ts'
import { MAX_MESSAGE_BYTES } from '../wire/message.ts'
import type { Handler } from './command.ts'

/**
 * A standalone server has no set name. Without a `topologyVersion` drivers poll instead of streaming.
 * https://www.mongodb.com/docs/manual/reference/command/hello/
 */
export const hello: Handler = ({ name, connectionId }) => ({
  helloOk: true,
  ...(name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
  maxBsonObjectSize: int(MAX_DOCUMENT_BYTES),
  maxMessageSizeBytes: int(MAX_MESSAGE_BYTES),
  maxWriteBatchSize: int(100_000),
  localTime: new Date(),
  logicalSessionTimeoutMinutes: int(30),
  connectionId: int(connectionId),
  minWireVersion: int(0),
  maxWireVersion: int(21),
  readOnly: false,
  ok: 1,
})
