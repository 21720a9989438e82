// What the refresh protocol promises, searched for a history that breaks it: random histories of tabs, browsers, a bad
// network, a failing database and a thief, against the real server. Each answer is judged as it is given (ledger.ts); the
// tests below add what must hold in the end. A failure is shrunk and printed as a story. With CI set, many more are played.
//
//   PROTOCOL_RUNS=2000 npx vitest run --project node apps/api/test/protocol      searches longer, with a new seed
//   PROTOCOL_SEED=… PROTOCOL_RUNS=…                                              the same histories again

import fc from 'fast-check'
import { afterAll, beforeAll, it } from 'vitest'
import * as happens from './history.ts'
import { type Nodes, startNodes, World } from './world.ts'

const runs = Number(process.env.PROTOCOL_RUNS ?? (process.env.CI ? 100 : 8))
const seed = Number(process.env.PROTOCOL_SEED ?? (process.env.PROTOCOL_RUNS ? Date.now() : 20_260_401))
const timeout = 60_000 + runs * 4000

let nodes: Nodes
beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.close())

type Kinds = ('bound' | 'unbound')[]

/** Plays random histories and then asks `end` of each. */
async function search(
  kinds: Kinds,
  history: fc.Arbitrary<happens.Event[]>,
  end: (world: World) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(history, async (events) => {
      const world = await World.begin(nodes, kinds)
      for (const event of events) await event.happen(world)
      await world.calm()
      await end(world)
    }),
    {
      numRuns: runs,
      seed,
      includeErrorInReport: true,
      // The mutation check asks only whether there is such a history.
      endOnFailure: process.env.PROTOCOL_SHRINK === 'no',
    },
  )
}

const badNetwork: [number, fc.Arbitrary<happens.Event>][] = [
  [8, happens.refreshes],
  [3, happens.storms],
  [1, happens.manyRefreshes],
  [2, happens.preparations],
  [3, happens.lateRequests],
  [3, happens.lateResponses],
]
const anyTime = happens.time(1, 10, 11, 900, 86_400, 3 * 86_400)
const longTimes = happens.time(3 * 86_400, 4 * 86_400, 6 * 86_400, 7 * 86_400)

it('I1: without a thief no bound session is lost before it expires', { timeout }, async () => {
  const history = happens.histories(
    ...badNetwork,
    [3, anyTime],
    [1, longTimes],
    [1, happens.veryLateResponses],
  )
  await search(['bound'], history, async (world) => {
    await world.everybodyGoesOn()
    await world.everybodyGoesOn()
    await world.nobodyIsAlarmed()
  })
})

it('I1: an unbound session is not lost while its client retries within the leeway', { timeout }, async () => {
  const history = happens.histories(...badNetwork, [2, happens.time(1, 2)])
  await search(['unbound'], history, async (world) => {
    await world.everybodyGoesOn()
  })
})

it('I2: a thief of a bound session gets no token, and its owner goes on undisturbed', {
  timeout,
}, async () => {
  const history = happens.histories(...badNetwork, [3, anyTime], [3, happens.copies], [6, happens.thefts])
  await search(['bound'], history, async (world) => {
    await world.everybodyGoesOn()
    await world.theftIsRecorded()
    await world.oldTheftIsRecorded()
  })
})

it('I3: a thief of an unbound session is caught when both have used what they hold', {
  timeout,
}, async () => {
  const history = happens.histories(
    ...badNetwork,
    [2, happens.time(1, 11)],
    [3, happens.copies],
    [6, happens.thefts],
  )
  const thenDuel = fc.tuple(history, happens.duels).map(([events, duel]) => [...events, duel])
  await search(['unbound'], thenDuel, (world) => world.theftIsRecorded())
})

it('I4: what has ended stays ended, at once, and no other session is touched', { timeout }, async () => {
  const history = happens.histories(
    ...badNetwork,
    [2, anyTime],
    [1, longTimes],
    [2, happens.signIns],
    [2, happens.signOuts],
    [2, happens.revocations],
    [1, happens.copies],
    [2, happens.thefts],
  )
  await search(['bound', 'unbound', 'unbound'], history, async (world) => {
    await world.everybodyGoesOn()
    await world.everyUnboundSessionIsReused()
    await world.deadStayDead()
    await world.everythingEnds()
    await world.deadStayDead()
  })
})

it('I5: generations are one chain, however many ask at once', { timeout }, async () => {
  const history = happens.histories(
    [4, happens.storms],
    [2, happens.refreshes],
    [2, happens.lateRequests],
    [1, anyTime],
  )
  await search(['bound', 'unbound'], history, async (world) => {
    await world.everybodyGoesOn()
    await world.nonsenseMovesNothing()
  })
})
