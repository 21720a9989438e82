import fc from 'fast-check'
import type { Change, EndingsWorld, Running } from './endings-world.ts'

// What may happen to sessions and their access tokens, at processes whose clocks and settings differ.

export interface EndingsEvent {
  happen(world: EndingsWorld): Promise<void>
  toString(): string
}

const event = (text: string, happen: EndingsEvent['happen']): EndingsEvent => ({
  happen,
  toString: () => text,
})

const number = fc.nat(5)
const offset = fc.constantFrom(-600, -600, -31, 0, 5, 600, 600)
const change = fc.constantFrom<Change>('roles', 'disabling', 'a new password', 'a reset')
const meanwhile = fc.constantFrom('nothing' as const, 'between' as const, 'at once' as const)

export const running: fc.Arbitrary<Running> = fc.record({
  offsetSeconds: offset,
  ttlSeconds: fc.constantFrom(60, 900, 3600, 3600),
})

const refreshes = fc
  .tuple(number, number)
  .map(([device, node]) => event(`#${device} refreshes at #${node}`, (world) => world.refresh(device, node)))

const signIns = fc
  .tuple(number, number)
  .map(([who, node]) => event(`#${who} signs in at #${node}`, (world) => world.signIn(who, node)))

const signOuts = fc
  .tuple(number, number, fc.boolean())
  .map(([device, node, others]) =>
    event(`#${device} signs ${others ? 'others ' : ''}out at #${node}`, (world) =>
      others ? world.signOutOthers(device, node) : world.signOut(device, node),
    ),
  )

const signOutsCutOff = fc
  .tuple(number, number)
  .map(([device, node]) =>
    event(`#${device} signs out at #${node}, cut off`, (world) => world.signOutCutOff(device, node)),
  )

const changes = fc
  .tuple(change, number, number, meanwhile)
  .map(([what, who, node, meanwhile]) =>
    event(`${what} of #${who} at #${node}, meanwhile ${meanwhile}`, (world) =>
      world.change(what, who, node, meanwhile),
    ),
  )

const deletions = fc
  .tuple(number, meanwhile)
  .map(([node, meanwhile]) =>
    event(`Bob is deleted at #${node}, meanwhile ${meanwhile}`, (world) =>
      world.change('deletion', 1, node, meanwhile),
    ),
  )

const cutOff = fc
  .tuple(
    fc.constantFrom<Change>('a new password', 'a new password', 'roles', 'a reset', 'disabling'),
    number,
    number,
  )
  .map(([what, who, node]) =>
    event(`${what} of #${who} at #${node}, cut off`, (world) => world.changeCutOff(what, who, node)),
  )

const deletionsCutOff = number.map((node) =>
  event(`Bob is deleted at #${node}, cut off`, (world) => world.changeCutOff('deletion', 1, node)),
)

const nothings = fc
  .tuple(number, number)
  .map(([who, node]) => event(`nothing for #${who} at #${node}`, (world) => world.comesToNothing(who, node)))

const overtakings = fc
  .tuple(number, number, fc.constantFrom('a change of roles' as const, 'a sign-out' as const))
  .map(([who, node, by]) =>
    event(`#${node} is overtaken with #${who} by ${by}`, (world) => world.overtaken(who, node, by)),
  )

const restarts = fc
  .tuple(number, running)
  .map(([node, running]) => event(`#${node} restarts`, (world) => world.restart(node, running)))

const reloads = number.map((node) => event(`#${node} reads all`, (world) => world.reload(node)))

const time = fc
  .constantFrom(1, 50, 240, 840, 1300, 2700, 3700, 5900)
  .map((seconds) => event(`${seconds} s`, (world) => world.pass(seconds)))

/** Time enough for what is over to be forgotten, by the database and by a process. */
const nights = fc
  .tuple(fc.constantFrom(1000, 3700, 4500), offset, number, running)
  .map(([seconds, databaseOffset, node, running]) =>
    event(`${seconds} s, a failover and a restart of #${node}`, async (world) => {
      await world.failOver(databaseOffset)
      await world.pass(seconds)
      await world.restart(node, running)
    }),
  )

/** A token that is issued as late as can be, and shown again where that is longest ago, by a process that knows nothing yet. */
const longestLives = fc
  .tuple(number, number, fc.constantFrom(900, 3500, 4300, 4700), fc.constantFrom(-600, 600))
  .map(([device, node, seconds, databaseOffset]) =>
    event(`the longest life of a token of #${device}, ${seconds} s`, async (world) => {
      await world.failOver(-600)
      await world.restart(node, { offsetSeconds: 600, ttlSeconds: 3600 })
      await world.refresh(device, node)
      await world.signOut(device, node)
      await world.check()
      await world.failOver(databaseOffset)
      await world.pass(seconds)
      await world.restart(node, { offsetSeconds: -600, ttlSeconds: 3600 })
    }),
  )

const failovers = offset.map((seconds) => event(`failover`, (world) => world.failOver(seconds)))

const weighted: [weight: number, fc.Arbitrary<EndingsEvent>][] = [
  [8, refreshes],
  [4, signIns],
  [3, signOuts],
  [1, signOutsCutOff],
  [6, changes],
  [1, deletions],
  [3, cutOff],
  [1, deletionsCutOff],
  [1, nothings],
  [2, overtakings],
  [1, restarts],
  [1, reloads],
  [5, time],
  [2, nights],
  [2, longestLives],
  [1, failovers],
]

export const endingsHistories = fc.array(
  fc.oneof({ withCrossShrink: true }, ...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary }))),
  { maxLength: 20, size: 'max' },
)
