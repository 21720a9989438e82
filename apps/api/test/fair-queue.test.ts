import { describe, expect, it } from 'vitest'
import { createFairQueue } from '../src/limits/fair-queue.ts'
import { whom } from './support/whom.ts'

/** Work that ends when it is told to, and a note of what was begun, in order. */
function workshop(settings: Parameters<typeof createFairQueue>[0]) {
  const queue = createFairQueue(settings)
  const begun: string[] = []
  const endings: (() => void)[] = []
  const refused: string[] = []
  const gone = new Set<string>()
  return {
    begun,
    refused,
    /** Nobody waits for what these asked any longer. */
    leave: (...whom: string[]) => gone.add(whom.join('/')),
    ask(...whom: string[]): void {
      const work = () => {
        begun.push(whom.join('/'))
        return new Promise<void>((done) => endings.push(done))
      }
      const isGone = () => gone.has(whom.join('/'))
      queue.run({ groups: whom, isGone }, work).catch((error: { code: string }) => {
        expect(error.code).toBe('overloaded')
        refused.push(whom.join('/'))
      })
    },
    /** Ends what was begun first of what is under way. */
    async end(): Promise<void> {
      endings.shift()?.()
      await settled()
    },
    async endAll(): Promise<void> {
      while (endings.length > 0) await this.end()
    },
  }
}

const settled = () => new Promise((done) => setImmediate(done))
const room = { account: 100, neighbours: 100, total: 100 }

describe('who waits', () => {
  it('is next after what is under way, however much another has waiting', async () => {
    const work = workshop({ atOnce: 1, room })
    for (let i = 0; i < 50; i++) work.ask('203.0.113.1', 'eve')
    work.ask('198.51.100.1', 'ada')
    await work.end()
    expect(work.begun).toEqual(['203.0.113.1/eve', '198.51.100.1/ada'])
  })

  it('is next even where another asks both as a stranger and as somebody known', async () => {
    const work = workshop({ atOnce: 1, room })
    for (let i = 0; i < 50; i++) work.ask(i % 2 ? 'known' : 'stranger', '203.0.113.1', 'eve')
    for (let turn = 1; turn < 20; turn++) {
      await work.end()
      work.ask('stranger', `198.51.100.${turn}`, 'ada')
      await work.end()
      expect(work.begun.at(-1)).toBe(`stranger/198.51.100.${turn}/ada`)
    }
  })

  it('and is known waits for no more than one of any number of strangers', async () => {
    const work = workshop({ atOnce: 1, room })
    for (let i = 0; i < 50; i++) work.ask('stranger', `203.0.113.${i}`, 'eve')
    work.ask('known', '198.51.100.1', 'ada')
    await work.end()
    await work.end()
    expect(work.begun).toContain('known/198.51.100.1/ada')
  })

  it('is not overtaken by a network that sends from ever new addresses', async () => {
    const work = workshop({ atOnce: 1, room })
    for (let i = 0; i < 50; i++) work.ask('stranger', '2001:db8:1::/48', `${i}`, 'eve')
    for (let i = 0; i < 10; i++) work.ask('stranger', '2001:db8:2::/48', '0', 'ada')
    for (let i = 0; i < 20; i++) await work.end()
    expect(work.begun.filter((whom) => whom.endsWith('ada')).length).toBe(10)
  })

  it('takes turns with others by address, and at one address by account', async () => {
    const work = workshop({ atOnce: 1, room })
    for (const account of ['eve', 'eve', 'eve', 'bob']) work.ask('all', 'office', account)
    for (let i = 0; i < 3; i++) work.ask('all', 'home', 'ada')
    await work.endAll()
    expect(work.begun).toEqual([
      'all/office/eve',
      'all/home/ada',
      'all/office/bob',
      'all/home/ada',
      'all/office/eve',
      'all/home/ada',
      'all/office/eve',
    ])
  })

  it('gets the second thread before somebody who has the first', async () => {
    const work = workshop({ atOnce: 2, room })
    for (let i = 0; i < 5; i++) work.ask('eve')
    await work.end()
    work.ask('ada')
    await work.end()
    expect(work.begun.slice(-1)).toEqual(['ada'])
  })
})

describe('where there is no room', () => {
  it('an account that has most waiting is refused, and nobody else', async () => {
    const work = workshop({ atOnce: 1, room: { account: 3, neighbours: 100, total: 100 } })
    for (let i = 0; i < 6; i++) work.ask('office', 'eve')
    work.ask('office', 'bob')
    await settled()
    expect(work.refused).toEqual(['office/eve', 'office/eve'])
  })

  it('an address that has most waiting makes room for another', async () => {
    const work = workshop({ atOnce: 1, room: { account: 100, neighbours: 100, total: 4 } })
    for (let i = 0; i < 5; i++) work.ask('office', `eve-${i}`)
    work.ask('home', 'ada')
    await settled()
    expect(work.refused).toEqual(['office/eve-4'])
    await work.endAll()
    expect(work.begun[1]).toBe('home/ada')
  })

  it('among equals the newcomer is refused', async () => {
    const work = workshop({ atOnce: 1, room: { account: 100, neighbours: 100, total: 2 } })
    for (const address of ['one', 'two', 'three', 'four']) work.ask(address, 'somebody')
    await settled()
    expect(work.refused).toEqual(['four/somebody'])
  })

  it('an account beside many others of its address makes room by its own', async () => {
    const work = workshop({ atOnce: 1, room: { account: 100, neighbours: 4, total: 100 } })
    for (const account of ['bob', 'eve', 'eve', 'eve', 'bob', 'ada']) work.ask('office', account)
    await settled()
    expect(work.refused).toEqual(['office/eve'])
  })
})

it('work that fails lets the next one begin', async () => {
  const queue = createFairQueue({ atOnce: 1, room })
  const failing = queue.run(whom('eve'), () => Promise.reject(new Error('no')))
  const next = queue.run(whom('ada'), async () => 'done')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('done')
})

describe('whoever has gone', () => {
  it('costs no work when it is their turn', async () => {
    const work = workshop({ atOnce: 1, room })
    for (const name of ['eve', 'bob', 'carol', 'ada']) work.ask('office', name)
    work.leave('office', 'bob')
    work.leave('office', 'carol')
    await work.endAll()
    expect(work.begun).toEqual(['office/eve', 'office/ada'])
    expect(work.refused).toEqual(['office/bob', 'office/carol'])
  })

  it('leaves nothing behind: the next to ask is worked for', async () => {
    const work = workshop({ atOnce: 1, room: { account: 1, neighbours: 1, total: 1 } })
    work.ask('office', 'eve')
    work.ask('office', 'bob')
    work.leave('office', 'bob')
    await work.endAll()
    work.ask('home', 'ada')
    await work.endAll()
    expect(work.begun).toEqual(['office/eve', 'home/ada'])
  })

  it('is not counted among those for whom there was no room', async () => {
    const refusals: string[] = []
    const work = workshop({ atOnce: 1, room, onRefused: () => refusals.push('refused') })
    work.ask('office', 'eve')
    work.ask('office', 'bob')
    work.leave('office', 'bob')
    await work.endAll()
    // It is nobody's loss, and no reason to add machines.
    expect([work.refused, refusals]).toEqual([['office/bob'], []])
  })

  it('makes room for those who are there', async () => {
    const full = workshop({ atOnce: 1, room: { account: 100, neighbours: 100, total: 1 } })
    full.ask('office', 'eve')
    full.ask('home', 'bob')
    full.leave('home', 'bob')
    full.ask('cafe', 'ada')
    await settled()
    expect(full.refused).toEqual(['home/bob'])
    await full.endAll()
    expect(full.begun).toEqual(['office/eve', 'cafe/ada'])
  })
})
