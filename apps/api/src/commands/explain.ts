import { type Command, type Group, UsageError } from './command.ts'
import { findAccount } from './find-account.ts'
import { plain } from './output.ts'

const explain: Command = {
  name: 'explain',
  summary: 'Tell what happened to the sessions of somebody who was signed out',
  details: [
    'In the order of time, from the events of the account and what is stored of its sessions; the last line concludes.',
    'Events are kept for 90 days.',
  ],
  options: { user: { value: '<user>', help: 'A username, an email address or an id, exactly' } },
  examples: ['explain --user ada', 'explain --user ada@example.com --json'],
  async run(call) {
    const user = call.text('user')
    if (!user) throw new UsageError('Say whom: --user and a username, an email address or an id.')
    const { services } = await call.open()
    const { _id } = await findAccount(services, user)
    const explanation = await services.explainSessions(_id.toHexString())
    if (!explanation) throw new Error('The account was deleted just now.')
    const { steps, conclusion } = explanation
    call.output.answer(explanation, [
      ...steps.map(({ sentence }) => plain(sentence)),
      ...(steps.length > 0 ? [''] : []),
      plain(conclusion),
    ])
  },
}

export const explaining: Group = {
  name: 'explain',
  summary: explain.summary,
  commands: [explain],
}
