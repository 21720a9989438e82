// No history of passwords, tickets, codes, changes and races opens a session whose factors were not all shown: random
// histories of three accounts against two real nodes on one database (sign-in-world.ts). Searched and shrunk like
// invariants.test.ts, with the same variables.

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AttemptState, afterPassword, stepOn } from '../../src/sign-in/attempt.ts'
import {
  type Change,
  type Meanwhile,
  type PasswordKind,
  type ShownKind,
  type SignInNodes,
  SignInWorld,
  startSignInNodes,
} from './sign-in-world.ts'

const runs = Number(process.env.PROTOCOL_RUNS ?? (process.env.CI ? 30 : 4))
const seed = Number(process.env.PROTOCOL_SEED ?? (process.env.PROTOCOL_RUNS ? Date.now() : 20_260_801))
const timeout = 60_000 + runs * 12_000

let nodes: SignInNodes
beforeAll(async () => {
  nodes = await startSignInNodes()
})
afterAll(() => nodes.close())

interface Event {
  happen(world: SignInWorld): Promise<void> | void
  toString(): string
}

const event = (text: string, happen: Event['happen']): Event => ({ happen, toString: () => text })

const number = fc.nat(3)
const change = fc.constantFrom<Change>(
  'a new password',
  'a reset',
  'roles',
  'disabling for a moment',
  'an app',
  'an app',
  'no app',
  'new codes',
  'a passkey',
  'no passkey',
)
const meanwhile = fc.option(
  fc.record<Meanwhile>({ change, when: fc.constantFrom('at once', 'in between', 'in between') }),
  { freq: 2 },
)
const passwordKind = fc.constantFrom<PasswordKind>('right', 'right', 'right', 'right', 'former', 'wrong')
const shownKind = fc.constantFrom<ShownKind>(
  ...Array<ShownKind>(6).fill({ of: 'app', steps: 0 }),
  ...[1, -1, 2, -2].map((steps) => ({ of: 'app' as const, steps })),
  { of: 'removed app', steps: 0 },
  { of: 'others app', steps: 0 },
  { of: 'nothing' },
  ...Array<ShownKind>(4).fill({ of: 'fresh code' }),
  ...Array<ShownKind>(3).fill({ of: 'used code' }),
  { of: 'former code' },
  { of: 'others code' },
  ...Array<ShownKind>(5).fill({ of: 'passkey' }),
  { of: 'removed passkey' },
  { of: 'others passkey' },
  ...Array<ShownKind>(2).fill({ of: 'passkey for another ticket' }),
  ...Array<ShownKind>(2).fill({ of: 'passkey again' }),
)
// Mostly the latest ticket, or the one before it.
const which = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3)
const shows = fc.record({ which, kind: shownKind, where: number })

const tries = fc
  .tuple(fc.array(shows, { minLength: 1, maxLength: 3 }), meanwhile)
  .map(([all, change]) =>
    event(`shows ${JSON.stringify(all)}, meanwhile ${JSON.stringify(change)}`, (world) =>
      world.showCodes(all, change),
    ),
  )

const passwords = fc
  .tuple(number, passwordKind, number, meanwhile)
  .map(([who, kind, where, change]) =>
    event(`#${who} ${kind} password at #${where}, meanwhile ${JSON.stringify(change)}`, (world) =>
      world.showPassword(who, kind, where, change),
    ),
  )

/** Two tickets and a code of a step of its own, so that there is something to race with. */
const signIns = fc
  .tuple(number, number, fc.array(shows, { minLength: 1, maxLength: 3 }), meanwhile)
  .map(([who, where, all, change]) =>
    event(
      `#${who} signs in at #${where} and shows ${JSON.stringify(all)}, meanwhile ${JSON.stringify(change)}`,
      async (world) => {
        world.pass(30)
        await world.showPassword(who, 'right', where, null)
        await world.enrol(0, where)
        await world.showPassword(who, 'right', where + 1, null)
        await world.enrol(0, where)
        await world.showCodes(all, change)
      },
    ),
  )

const guesses = number.map((who) =>
  event(`#${who} guesses until a ticket is spent`, async (world) => {
    world.pass(30)
    await world.showPassword(who, 'right', 0, null)
    await world.enrol(0, 0)
    for (let i = 0; i < 5; i++) await world.showCodes([{ which: 0, kind: { of: 'nothing' }, where: i }], null)
    await world.showCodes([{ which: 0, kind: { of: 'app', steps: 0 }, where: 0 }], null)
  }),
)

const codesAgain = number.map((who) =>
  event(`#${who} shows a recovery code and shows it again`, async (world) => {
    for (const of of ['fresh code', 'used code'] as const) {
      world.pass(30)
      await world.showPassword(who, 'right', 0, null)
      await world.showCodes([{ which: 0, kind: { of }, where: 1 }], null)
    }
  }),
)

/** Who has to have a factor, and has a passkey alone. */
const passkeysAlone = fc.tuple(number, shownKind, meanwhile).map(([who, kind, change]) =>
  event(
    `#${who} has a passkey alone and shows ${JSON.stringify(kind)}, meanwhile ${JSON.stringify(change)}`,
    async (world) => {
      for (const what of ['no app', 'a passkey', 'roles'] as const) await world.change(who, what)
      for (let i = 0; i < 2; i++) await world.showPassword(who, 'right', i, null)
      await world.showCodes(
        [
          { which: 0, kind, where: 0 },
          { which: 0, kind, where: 1 },
        ],
        change,
      )
    },
  ),
)

const appsInBetween = number.map((who) =>
  event(`#${who} signs in, and an app comes in between`, (world) =>
    world.showPassword(who, 'right', 0, { change: 'an app', when: 'in between' }),
  ),
)

const weighted: [number, fc.Arbitrary<Event>][] = [
  [5, signIns],
  [4, passwords],
  [1, guesses],
  [1, codesAgain],
  [1, appsInBetween],
  [2, passkeysAlone],
  [5, tries],
  [
    1,
    fc
      .tuple(which, number)
      .map(([which, where]) => event(`enrols #${which}`, (world) => world.enrol(which, where))),
  ],
  [
    3,
    fc
      .tuple(number, change)
      .map(([who, what]) => event(`${what} for #${who}`, (world) => world.change(who, what))),
  ],
  [
    2,
    fc
      .constantFrom(1, 30, 31, 299, 301, 900)
      .map((seconds) => event(`${seconds} s`, (world) => world.pass(seconds))),
  ],
]

const histories = fc.array(
  fc.oneof({ withCrossShrink: true }, ...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary }))),
  { minLength: 5, maxLength: 20, size: 'max' },
)

it('I7: no history of sign-ins opens a session whose factors were not all shown', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (events) => {
      const world = await SignInWorld.begin(nodes)
      for (const each of events) await each.happen(world)
    }),
    { numRuns: runs, seed, includeErrorInReport: true, endOnFailure: process.env.PROTOCOL_SHRINK === 'no' },
  )
})

it('every way to a session in the table of steps says what was shown, and a factor that is outstanding is among it', () => {
  const events = {
    begun: ['passwordSuffices', 'factorOutstanding', 'enrolmentOutstanding'],
    factor: [
      'codeAccepted',
      'devicePasskeyAccepted',
      'syncedPasskeyAccepted',
      'codeRefused',
      'passkeyRefused',
      'triesSpent',
    ],
    enrolment: ['codeAccepted', 'codeRefused', 'triesSpent'],
  } as const
  const reached: Partial<Record<AttemptState, (readonly string[])[]>> = {}
  for (const [from, names] of Object.entries(events) as ['factor', (typeof events)['factor']][])
    for (const name of names) {
      const step: { to: AttemptState; amr?: readonly string[] } = stepOn(from, name)
      if (step.to === 'open') reached[from] = [...(reached[from] ?? []), step.amr ?? []]
    }
  expect(reached).toEqual({
    begun: [['pwd']],
    factor: [
      ['pwd', 'otp'],
      ['pwd', 'hwk', 'user', 'mfa'],
      ['pwd', 'swk', 'user', 'mfa'],
    ],
    enrolment: [['pwd', 'otp']],
  })
})

it.each([
  [['passkey'], { isRequired: true }, 'factorOutstanding'],
  [[], {}, 'passwordSuffices'],
  [[], { isTrusted: true }, 'passwordSuffices'],
  [[], { isRequired: true }, 'enrolmentOutstanding'],
  [[], { isRequired: true, isTrusted: true }, 'enrolmentOutstanding'],
  [['totp'], {}, 'factorOutstanding'],
  [['totp'], { isRequired: true }, 'factorOutstanding'],
  [['totp'], { isTrusted: true }, 'browserTrusted'],
] as const)('a right password, with the factors %j and %j: %s', (methods, given, event) => {
  expect(afterPassword(methods, { isRequired: false, isTrusted: false, ...given })).toBe(event)
})
