import { prepareEmbeddedMongo } from '@latchkey/embedded-mongo'
import { loadEnvironment } from './environment.ts'
import { inSource, tellTheEndInSource } from './source-places.ts'

tellTheEndInSource()
main().catch((error: unknown) => {
  // An error at the start says how to fix it. A stack trace would not help the operator.
  if (error instanceof TypeError) console.error(inSource(`${error.stack}`))
  else console.error(error instanceof Error ? error.message : error)
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
