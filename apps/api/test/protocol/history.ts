import fc from 'fast-check'
import type { Disguise, Fate, World } from './world.ts'

// What may happen, as random histories that shrink to the shortest one that breaks something.

/** One thing that happens. It does nothing where there is nothing for it to happen to. */
export interface Event {
  happen(world: World): Promise<void> | void
  toString(): string
}

const event = (text: string, happen: Event['happen']): Event => ({ happen, toString: () => text })

const number = fc.nat(5)
const fate = fc.constantFrom<Fate>(
  'arrives',
  'request lost',
  'request late',
  'request twice',
  'response lost',
  'response late',
  'outage before',
  'outage after',
)
const lateFate = fc.constantFrom('arrives' as const, 'response lost' as const, 'response late' as const)

export const refreshes = fc
  .tuple(number, fate)
  .map(([tab, fate]) =>
    event(`tab #${tab} refreshes: ${fate}`, (world) => world.refresh(world.tab(tab), fate)),
  )

export const manyRefreshes = fc.tuple(number, fc.integer({ min: 2, max: 10 })).map(([tab, times]) =>
  event(`tab #${tab} refreshes ${times} times`, async (world) => {
    for (let done = 0; done < times; done++) await world.refresh(world.tab(tab), 'arrives')
  }),
)

/** A Set-Cookie that comes so late that the server has forgotten the generation it puts back. */
export const veryLateResponses = fc.tuple(number, number).map(([late, busy]) =>
  event(`tab #${late} waits for a response while tab #${busy} refreshes 10 times`, async (world) => {
    await world.refresh(world.tab(late), 'response late')
    for (let done = 0; done < 10; done++) await world.refresh(world.tab(busy), 'arrives')
    await world.arriveLate(world.responses.length - 1)
  }),
)

export const storms = fc
  .tuple(fc.array(number, { minLength: 2, maxLength: 6 }), fc.nat(719))
  .map(([tabs, order]) =>
    event(`tabs #${tabs} and what is under way reach the server at once, order ${order}`, (world) =>
      world.storm([...new Set(tabs.map(world.tab))], order),
    ),
  )

export const preparations = number.map((tab) =>
  event(`tab #${tab} makes its headers`, (world) => world.prepare(world.tab(tab))),
)

export const lateRequests = fc
  .tuple(number, lateFate)
  .map(([which, fate]) =>
    event(`delayed request #${which} is delivered: ${fate}`, (world) => world.deliverLate(which, fate)),
  )

export const lateResponses = number.map((which) =>
  event(`delayed response #${which} arrives`, (world) => world.arriveLate(which)),
)

export const time = (...seconds: number[]) =>
  fc.constantFrom(...seconds).map((each) => event(`${each} s pass`, (world) => world.pass(each)))

export const signIns = number.map((browser) =>
  event(`browser #${browser} signs in`, (world) => world.signIn(world.browser(browser))),
)

export const signOuts = fc
  .tuple(number, fc.constantFrom('arrives' as const, 'response lost' as const))
  .map(([browser, fate]) =>
    event(`browser #${browser} signs out: ${fate}`, (world) => world.signOut(world.browser(browser), fate)),
  )

export const revocations = fc
  .tuple(number, number)
  .map(([target, from]) =>
    event(`browser #${target} is signed out from browser #${from}`, (world) =>
      world.revoke(world.browser(target), world.browser(from)),
    ),
  )

export const copies = number.map((browser) =>
  event(`a thief copies browser #${browser}`, (world) => world.copy(world.browser(browser))),
)

const disguise = fc.constantFrom<Disguise>(
  'no key',
  'a key of its own',
  'only a lock of its own',
  'the lock as the key',
)
const transport = fc.constantFrom('cookie' as const, 'body' as const, 'token endpoint' as const)

export const thefts = fc.tuple(number, disguise, transport).map(([copy, disguise, transport]) =>
  event(`the thief uses copy #${copy} with ${disguise} by ${transport}`, async (world) => {
    await world.steal(copy, disguise, transport)
  }),
)

/** The thief and a tab of the browser it copied use what they hold, one after the other. */
export const duels = fc.tuple(number, fc.boolean()).map(([tab, thiefFirst]) =>
  event(`a duel with tab #${tab}, the ${thiefFirst ? 'thief' : 'victim'} first`, async (world) => {
    await world.calm()
    await world.duel(world.tab(tab), thiefFirst)
  }),
)

/** Histories of events, each given with how often it happens. */
export const histories = (...events: [weight: number, fc.Arbitrary<Event>][]) =>
  fc.array(
    fc.oneof({ withCrossShrink: true }, ...events.map(([weight, arbitrary]) => ({ weight, arbitrary }))),
    {
      maxLength: 20,
      size: 'max',
    },
  )
