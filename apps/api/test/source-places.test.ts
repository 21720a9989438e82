// Of the built product: its stack traces name the source.

import { expect } from 'vitest'
import { eventually } from './support/eventually.ts'
import { apiProcess, temporaryFolder } from './support/process.ts'
import { sideBySide as it } from './support/side-by-side.ts'

const listening = /src\/serve\.ts:\d+:\d+/

/** The product, in which listening throws `error`, made where it listens: at once or, `later`, when nobody can catch it. */
async function endedBy(error: string, { later = false } = {}) {
  const deed = later ? 'setTimeout(() => { throw error }); return this' : 'throw error'
  // The embedded database listens in a thread of its own, which is left alone.
  const hook = `
    import { Server } from 'node:net'
    import { isMainThread } from 'node:worker_threads'
    if (isMainThread) Server.prototype.listen = function () { const error = ${error}; ${deed} }`
  const api = await apiProcess({
    DATA_DIR: temporaryFolder(),
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
  })
  expect(await api.exited).not.toBe(0)
  return api.output()
}

it('a mistake at the start is told with places in the source', async () => {
  expect(await endedBy("new TypeError('a mistake')")).toMatch(listening)
})

it('what nobody catches is told with places in the source', async () => {
  expect(await endedBy("new Error('uncaught')", { later: true })).toMatch(listening)
})

it('an error in the log names places in the source', async () => {
  const { output } = await apiProcess({
    MONGO_URI: 'mongodb://127.0.0.1:1/none?serverSelectionTimeoutMS=100',
    JWT_ACCESS_SECRET: 'an access secret for this test only',
    JWT_REFRESH_SECRET: 'a refresh secret for this test only',
  })
  const line = await eventually(() => {
    const found = output().match(/.*cannot be reached yet.*/)
    if (!found) throw new Error(output())
    return JSON.parse(found[0])
  })
  expect(line.err.stack).toMatch(/src\/database\.ts:\d+:\d+/)
  expect(line.err.stack).not.toContain('/dist/')
})
