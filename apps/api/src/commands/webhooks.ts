import type { Webhooks } from '../webhooks/webhooks.ts'
import { type Call, type Command, count, type Group, NotFoundError, UsageError } from './command.ts'
import { moment } from './output.ts'

const list: Command = {
  name: 'webhooks list',
  summary: 'List webhooks that receivers did not take, the oldest first',
  details: [
    'failed: given up, and kept for a week. waiting: tried, and tried again when it is due.',
    'What one user did later waits behind it and is not listed.',
  ],
  examples: ['webhooks list', 'webhooks list --json'],
  async run(call) {
    const troubled = await (await webhooksOf(call)).troubled()
    call.output.list(
      troubled.map(({ eventId, type, userId, host, state, attempts, answer, createdAt, dueAt }) => ({
        event: eventId,
        type,
        userId: userId.toHexString(),
        endpoint: host,
        state,
        attempts,
        answer,
        createdAt: createdAt.toISOString(),
        dueAt: state === 'waiting' ? dueAt.toISOString() : null,
      })),
      {
        event: ({ event }) => event,
        type: ({ type }) => type,
        user: ({ userId }) => userId,
        endpoint: ({ endpoint }) => endpoint,
        state: ({ state }) => state,
        attempts: ({ attempts }) => String(attempts),
        answer: ({ answer }) => answer,
        since: ({ createdAt }) => moment(createdAt),
        'tried again': ({ dueAt }) => moment(dueAt),
      },
    )
    if (troubled.length === 0) call.output.remark('Receivers took every webhook that was sent.')
  },
}

const retry: Command = {
  name: 'webhooks retry',
  summary: 'Have webhooks tried again that receivers did not take',
  details: ['A running API sends them. What was given up is last in the line of its user then.'],
  words: [{ name: 'event', help: 'Its id, as `webhooks list` shows it', optional: true }],
  options: { all: { help: 'All of them' } },
  examples: ['webhooks retry msg_Lk4uG1pZ0n2cX8yVb6TqWw', 'webhooks retry --all'],
  async run(call) {
    const event = call.word('event')
    if ((event === '') === !call.has('all')) throw new UsageError('Say which event, or --all.')
    const retried = await (await webhooksOf(call)).retry(call.has('all') ? null : event)
    if (retried === 0 && event !== '')
      throw new NotFoundError('No webhook of that id was given up, or waits for longer than a minute.')
    if (retried > 0) call.output.audit('webhooks retry', { event: event || null, retried })
    call.output.answer({ retried }, [`${count(retried, 'webhook')} will be tried again.`])
  },
}

const test: Command = {
  name: 'webhooks test',
  summary: 'Send a webhook that says nothing to each endpoint, and say what came of it',
  details: ['Its type is webhook.test. Exits with 1 when an endpoint did not take it.'],
  examples: ['webhooks test', 'webhooks test --json'],
  async run(call) {
    const results = await (await webhooksOf(call)).test()
    call.output.list(results, {
      endpoint: ({ host }) => host,
      delivered: ({ delivered }) => (delivered ? 'yes' : 'no'),
      answer: ({ answer }) => answer,
    })
    const failed = results.filter(({ delivered }) => !delivered).length
    if (failed > 0) throw new Error(`${count(failed, 'endpoint')} did not take it.`)
  },
}

export const webhooks: Group = {
  name: 'webhooks',
  summary: 'See webhooks that were not taken, and try endpoints out',
  commands: [list, retry, test],
}

async function webhooksOf(call: Call): Promise<Webhooks> {
  const { services } = await call.open()
  if (!services.webhooks) throw new Error('WEBHOOK_URL is not set: no webhooks are sent.')
  return services.webhooks
}
