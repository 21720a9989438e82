import { mongo } from 'mongoose'
import pino from 'pino'
import { expect, it } from 'vitest'
import { createBackground } from '../src/background.ts'
import { workOff } from '../src/queue/work-off.ts'
import { eventually } from './support/eventually.ts'

interface Line {
  level: number
  msg: string
  err: { type: string }
}

function logbook() {
  const lines: Line[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  return { log, lines }
}

const failures = [
  ['a mistake in it', new TypeError('nothing has no name'), 'error'],
  ['what the database refuses', new mongo.MongoServerError({ code: 13, errmsg: 'Unauthorized' }), 'error'],
  ['an outage, which the connection tells of', new mongo.MongoNetworkError('gone'), 'debug'],
] as const

it.each(failures)('a job in the background that fails by %s is told', async (_, failure, level) => {
  const { log, lines } = logbook()
  const job = createBackground({ sweep: () => Promise.reject(failure), log, what: 'invoices that are due' })
  job.start()
  await eventually(() => expect(lines).toHaveLength(1))
  await job.stop()
  expectTold(lines, level, failure, 'invoices that are due')
})

it.each(failures)('so is a queue that fails by %s', async (_, failure, level) => {
  const { log, lines } = logbook()
  const stopping = new AbortController()
  await workOff({
    take: () => Promise.reject(failure),
    work: async () => {},
    most: 1,
    pause: async () => stopping.abort(),
    stopping: stopping.signal,
    log,
    what: 'the mail queue',
  })
  expectTold(lines, level, failure, 'the mail queue')
})

it('what fails in the same way again and again is told once a minute', async () => {
  const { log, lines } = logbook()
  const stopping = new AbortController()
  const reasons = ['first', 'first', 'second', 'first']
  await workOff({
    take: () => Promise.reject(new TypeError(reasons.shift())),
    work: async () => {},
    most: 1,
    pause: async () => void (reasons.length === 0 && stopping.abort()),
    stopping: stopping.signal,
    log,
    what: 'the mail queue',
  })
  const { error, debug } = pino.levels.values
  expect(lines.map(({ level }) => level)).toEqual([error, debug, error, error])
})

function expectTold(lines: Line[], level: 'error' | 'debug', failure: Error, what: string) {
  const msg =
    level === 'error'
      ? `the background work on ${what} failed; trying again`
      : `${what} could not be read; trying again`
  expect(lines).toMatchObject([{ level: pino.levels.values[level], msg, err: { type: failure.name } }])
}
