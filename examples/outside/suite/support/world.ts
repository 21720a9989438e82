import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbeddedMongo } from '@latchkey/embedded-mongo'
import type { TestProject } from 'vitest/node'
import { published } from '../../published.ts'
import { apiSecrets } from './api-secrets.ts'
import { compile, type Packed, project } from './project.ts'
import { pnpm } from './run.ts'
import { serve } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    packed: Packed
    mongoUri: string
    /** A stranger's API on Express 5, compiled and running. */
    apiUrl: string
  }
}

/** Packs what was built, and starts a database and an API that uses it. */
export default async function setup(vitest: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'latchkey-outside-'))
  const mongo = await startEmbeddedMongo({ dataDir: join(folder, 'mongo') })
  const packed = { folder, tarballs: await packAll(folder) }
  const api = await project('api', {}, packed)
  await compile(api)
  const served = await serve(api, ['build/api.js'], { MONGO_URI: mongo.uri, ...apiSecrets })
  vitest.provide('packed', packed)
  vitest.provide('mongoUri', mongo.uri)
  vitest.provide('apiUrl', served.url)
  return async () => {
    await served.stop()
    await mongo.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function packAll(folder: string): Promise<Record<string, string>> {
  const tarballs: Record<string, string> = {}
  for (const name of Object.keys(published)) {
    const source = fileURLToPath(new URL(`../../../../packages/${name}/`, import.meta.url))
    const said: { name: string; filename: string } = JSON.parse(
      await pnpm(['pack', '--json', '--pack-destination', folder], source),
    )
    tarballs[said.name] = join(folder, basename(said.filename))
  }
  return tarballs
}
