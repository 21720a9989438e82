import { commands } from './commands/index.ts'
import type { Engine } from './engine.ts'
import { ServerError } from './errors.ts'
import { snapshotAskedFor } from './snapshots.ts'
import { type Document, document } from './values/types.ts'
import { errorReply } from './wire/message.ts'

/** Runs the command that a document asks for. Failures become a reply; nothing is thrown. */
export async function dispatch(engine: Engine, body: Document, connectionId: number): Promise<Document> {
  try {
    return await run(engine, body, connectionId)
  } catch (error) {
    if (!(error instanceof ServerError))
      console.error('embedded-mongo: a command failed unexpectedly.', error)
    return errorReply(error)
  }
}

async function run(engine: Engine, body: Document, connectionId: number): Promise<Document> {
  const [name = ''] = body.keys()
  const handler = commands.get(name)
  if (!handler)
    throw new ServerError(
      'CommandNotFound',
      `no such command: '${name}' (not supported by the embedded database)`,
    )
  const database = body.get('$db')
  if (typeof database !== 'string')
    throw new ServerError('Location40571', 'OP_MSG requests require a $db argument')
  refuseTransactions(body)
  if (name !== 'find' && name !== 'getMore' && snapshotAskedFor(body))
    throw new ServerError('CommandNotSupported', `a snapshot is read by find alone, not by '${name}'`)
  // A command sees everything committed before it began.
  engine.store.refresh()
  const reply = await handler({ engine, name, database, body, connectionId })
  return reply instanceof Map ? reply : document(reply)
}

function refuseTransactions(body: Document): void {
  if (body.has('startTransaction') || body.get('autocommit') === false)
    throw new ServerError(
      'IllegalOperation',
      'Transaction numbers are only allowed on a replica set member or mongos',
    )
  if (body.has('txnNumber'))
    throw new ServerError(
      'IllegalOperation',
      'Transaction numbers are only allowed on a replica set member or mongos',
    )
}
