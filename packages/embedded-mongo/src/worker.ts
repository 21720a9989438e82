import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { type Server, type ServerOptions, serve } from './server.ts'

/** The worker's messages: first that it serves, or why it cannot; at the end that it has closed. */
export type WorkerMessage =
  | { kind: 'serving'; uri: string }
  | { kind: 'failed'; message: string }
  | { kind: 'closed' }

/** Serves what the other side posts first, until it posts `close`. */
export async function runWorker(port: MessagePort): Promise<void> {
  const tell = (message: WorkerMessage): void => port.postMessage(message)
  let server: Server
  try {
    const [options] = (await once(port, 'message')) as [ServerOptions]
    server = await serve(options)
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
    port.close()
    return
  }
  port.once('message', async () => {
    await server.close()
    tell({ kind: 'closed' })
    port.close()
  })
  tell({ kind: 'serving', uri: server.uri })
}
