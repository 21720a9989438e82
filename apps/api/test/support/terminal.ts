import { Readable } from 'node:stream'
import type { OpenServices } from '../../src/commands/open-services.ts'
import { run } from '../../src/commands/run.ts'
import type { Config } from '../../src/config.ts'
import type { TestApi } from './api.ts'
import type { MovableClock } from './clock.ts'

interface Sitting {
  /** What somebody who sits there answers when they are asked, or does before. Missing: nobody sits there. */
  answer?: string | (() => Promise<string>)
  environment?: Record<string, string>
  openServices?: () => Promise<OpenServices>
  readConfig?: () => Config
  /** Default: that of the API. */
  clock?: MovableClock
  /** What comes on stdin. */
  input?: AsyncIterable<Buffer>
  /** Aborted as soon as it is asked for: somebody presses Ctrl-C at once. */
  interrupted?: boolean
}

/** Runs a command in this process, on the database of an API, as one would on its server. */
export async function latchkey(
  api: Pick<TestApi, 'services' | 'config' | 'mongoUri'> | null,
  words: string[],
  { answer, environment = {}, openServices, readConfig, clock, input, interrupted = false }: Sitting = {},
) {
  let stdout = ''
  let stderr = ''
  const status = await run(words, {
    out(text) {
      stdout += text
    },
    err(text) {
      stderr += text
    },
    interactive: answer !== undefined,
    overwrites: false,
    async ask(question) {
      stderr += question
      return typeof answer === 'function' ? await answer() : (answer ?? '')
    },
    input: () => input ?? Readable.from([]),
    interruption: () => (interrupted ? AbortSignal.abort() : new AbortController().signal),
    clock: clock ?? api?.services.clock ?? { now: () => new Date() },
    environment,
    readConfig() {
      if (readConfig) return readConfig()
      if (!api) throw new Error('this command needs no settings')
      return api.config
    },
    async openServices() {
      if (openServices) return await openServices()
      if (!api) throw new Error('this command needs no database')
      // Those of the API, which go on.
      return { services: api.services, config: api.config, mongoUri: api.mongoUri, close: async () => {} }
    },
  })
  return { status, stdout, stderr }
}

/** The lines of JSON that a command printed. */
export const jsonLines = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
