// What becomes of access tokens where clocks and settings differ: random histories of sign-ins, refreshes, changes, sign-outs,
// restarts and forgotten revocations, against three real processes on one database (endings-world.ts). Searched and shrunk like
// invariants.test.ts, with the same variables.

import fc from 'fast-check'
import { afterAll, beforeAll, it } from 'vitest'
import { endingsHistories, running } from './endings-history.ts'
import { EndingsWorld, type Nodes, startNodes } from './endings-world.ts'

const runs = Number(process.env.PROTOCOL_RUNS ?? (process.env.CI ? 60 : 6))
const seed = Number(process.env.PROTOCOL_SEED ?? (process.env.PROTOCOL_RUNS ? Date.now() : 20_260_401))
const timeout = 60_000 + runs * 12_000

let nodes: Nodes
beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.close())

it('I6: what was ended is taken nowhere again and nothing else is refused, whatever the clocks and settings', {
  timeout,
}, async () => {
  const machines = fc.tuple(running, running, running)
  await fc.assert(
    fc.asyncProperty(machines, endingsHistories, async (each, events) => {
      const world = await EndingsWorld.begin(nodes, each)
      await world.check()
      for (const event of events) {
        await event.happen(world)
        await world.check()
      }
      await world.checkOverTheWire()
    }),
    {
      numRuns: runs,
      seed,
      includeErrorInReport: true,
      endOnFailure: process.env.PROTOCOL_SHRINK === 'no',
    },
  )
})
