import type { AuthLogEntry, Exchange } from '@latchkey/auth-client'
import { expect, it } from 'vitest'
import { groupsOf, rowsOf } from './exchanges.ts'

/** One client's log, written at the times that are named. */
function logAt(...lines: (readonly [atMs: number, kind: AuthLogEntry['kind'], said: Exchange | string])[]) {
  return lines.map(([atMs, kind, said], index): AuthLogEntry => {
    const entry = { id: index + 1, at: new Date(atMs), atMs, kind }
    return typeof said === 'string'
      ? { ...entry, message: said }
      : { ...entry, message: said.line, exchange: said }
  })
}

const get = (call: number, status?: number | null, path = '/protected'): Exchange => ({
  call,
  line: `GET /api${path}`,
  ...(status !== undefined && { status }),
})

const refresh = (call: number, generation: number, status?: number | null, timing?: string): Exchange => ({
  call,
  line: 'POST /api/refresh-token',
  generation,
  ...(status !== undefined && { status }),
  ...(timing && { timing }),
})

const oneRefresh = logAt(
  [0, 'request', get(1)],
  [12, 'response', get(1, 401)],
  [13, 'refresh', refresh(2, 4)],
  [33, 'refreshed', refresh(2, 5, 200, 'rotated;dur=2.8')],
  [34, 'replay', get(1)],
  [40, 'response', get(1, 200)],
)

it('a refused call, its refresh and its replay are one group, with the times they took', () => {
  const [group, ...others] = groupsOf([{ sender: 'first', entries: oneRefresh }])
  expect(others).toEqual([])
  expect(group).toMatchObject({ startMs: 0, tookMs: 40, isNoise: false })
  expect(group?.exchanges).toMatchObject([
    { line: 'GET /api/protected', isReplay: false, tookMs: 12, status: 401 },
    {
      isRefresh: true,
      tookMs: 20,
      generation: 4,
      nextGeneration: 5,
      outcome: { what: 'rotated', tookMs: 2.8 },
    },
    { line: 'GET /api/protected', isReplay: true, tookMs: 6, status: 200 },
  ])
})

/** Three calls of each of two clients at once, which one refresh helps. */
function twoClients() {
  const calls = [1, 2, 3]
  const first = logAt(
    ...calls.map((call) => [call, 'request', get(call)] as const),
    ...calls.map((call) => [10 * call, 'response', get(call, 401)] as const),
    [31, 'refresh', refresh(4, 7)],
    [50, 'refreshed', refresh(4, 8, 200)],
    ...calls.map((call) => [51, 'replay', get(call)] as const),
    ...calls.map((call) => [60, 'response', get(call, 200)] as const),
  )
  const second = logAt(
    ...calls.map((call) => [3 + call, 'request', get(call)] as const),
    ...calls.map((call) => [40, 'response', get(call, 401)] as const),
    [52, 'refreshed', 'Another tab passed on a new access token.'],
    ...calls.map((call) => [53, 'replay', get(call)] as const),
    ...calls.map((call) => [64, 'response', get(call, 200)] as const),
  )
  return { first, second }
}

it('calls of two clients that waited for one refresh are one group, and like ones one row', () => {
  const { first, second } = twoClients()
  const groups = groupsOf([
    { sender: 'first', entries: first },
    { sender: 'second', entries: second },
  ])
  expect(groups).toHaveLength(1)
  expect(groups[0]?.remarks).toMatchObject([{ sender: 'second', atMs: 52 }])
  const rows = groups.flatMap(rowsOf)
  expect(
    rows.map(({ exchange: { sender, isRefresh, isReplay, status }, count }) => [
      ...[sender, isRefresh ? 'refresh' : isReplay ? 'again' : 'call', count, status],
    ]),
  ).toEqual([
    ['first', 'call', 3, 401],
    ['second', 'call', 3, 401],
    ['first', 'refresh', 1, 200],
    ['first', 'again', 3, 200],
    ['second', 'again', 3, 200],
  ])
  expect(rows[0]).toMatchObject({ shortestMs: 9, longestMs: 27 })
})

it('while they go on, calls at once stay one group, and new rows come below the others', () => {
  const { first, second } = twoClients()
  const times = [...first, ...second].map(({ atMs }) => atMs)
  let seen: string[] = []
  for (const now of [...new Set(times)].toSorted((a, b) => a - b)) {
    const until = (entries: AuthLogEntry[]) => entries.filter(({ atMs }) => atMs <= now)
    const groups = groupsOf([
      { sender: 'first', entries: until(first) },
      { sender: 'second', entries: until(second) },
    ])
    expect(groups, `${now} ms`).toHaveLength(1)
    const rows = groups.flatMap(rowsOf).map(({ id }) => id)
    expect(rows.slice(0, seen.length), `${now} ms`).toEqual(seen)
    seen = rows
  }
  expect(seen).toHaveLength(5)
})

it('a lost answer and the retry are one group, and what lay between stands there, too', () => {
  const log = logAt(
    [0, 'refresh', refresh(1, 4)],
    [20, 'response', refresh(1, 4, null)],
    [21, 'retry', 'Can’t reach the server. Renewing again in 1 s.'],
    [900, 'refresh', refresh(2, 4)],
    [915, 'refreshed', refresh(2, 5, 200, 'answered;dur=1.1')],
  )
  const groups = groupsOf([{ sender: 'first', entries: log }])
  expect(groups).toMatchObject([
    {
      tookMs: 915,
      exchanges: [
        { status: null, nextGeneration: 4, outcome: null },
        { status: 200, nextGeneration: 5, outcome: { what: 'answered' } },
      ],
      remarks: [{ atMs: 21 }],
    },
  ])
})

it('calls that needed no refresh stand alone, oldest first, and only the page’s own are noise', () => {
  const log = logAt(
    [0, 'request', get(1, undefined, '/activity')],
    [1, 'request', get(2)],
    [5, 'response', get(1, 200, '/activity')],
    [6, 'response', get(2, 200)],
    [100, 'refresh', refresh(3, 0)],
    [110, 'refreshed', refresh(3, 1, 200)],
    [200, 'request', get(4, undefined, '/sessions')],
  )
  expect(
    groupsOf([{ sender: 'first', entries: log }]).map(({ exchanges, isNoise, tookMs }) => [
      ...[exchanges[0]?.line, isNoise, tookMs],
    ]),
  ).toEqual([
    ['GET /api/activity', true, 5],
    ['GET /api/protected', false, 5],
    ['POST /api/refresh-token', false, 10],
    ['GET /api/sessions', true, null],
  ])
})

it('an answer whose request has left the log is left out', () => {
  expect(groupsOf([{ sender: 'first', entries: oneRefresh.slice(1, 2) }])).toEqual([])
})
