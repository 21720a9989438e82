import { prepareEmbeddedMongo } from '@latchkey/embedded-mongo'
import { loadEnvironment } from './environment.ts'
import { toldInSource } from './source-places.ts'

process.on('uncaughtExceptionMonitor', toldInSource)
main().catch((error: unknown) => {
  // An error at the start says how to fix it. A stack trace would not help the operator.
  console.error(error instanceof Error && !(error instanceof TypeError) ? error.message : toldInSource(error))
  process.exit(1)
})

async function main() {
  loadEnvironment()
  const { MONGO_URI } = process.env
  // Its thread loads the database while this one loads everything else.
  const database = MONGO_URI ? null : prepareEmbeddedMongo()
  const { serve } = await import('./serve.ts')
  await serve({ environment: process.env, database })
}
