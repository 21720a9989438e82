import type { ActivityEvent } from '@latchkey/contracts'
import { type Command, type Group, UsageError } from './command.ts'
import { findAccount } from './find-account.ts'
import { jsonOf } from './output.ts'

const exporting: Command = {
  name: 'export',
  summary: 'Print everything that is kept about one account, as JSON',
  details: ['The same as its owner downloads: no password, no secret of an app, no token.'],
  options: { user: { value: '<user>', help: 'A username, an email address or an id, exactly' } },
  examples: ['export --user ada > ada.json'],
  async run(call) {
    const user = call.text('user')
    if (!user) throw new UsageError('Say whom: --user and a username, an email address or an id.')
    const { services } = await call.open()
    const { _id, roles } = await findAccount(services, user)
    const sub = _id.toHexString()
    const account = await services.exportAccount({ sub, roles, sid: null, deviceIdHash: null })
    if (!account) throw new Error('The account was deleted just now.')
    const activity: ActivityEvent[] = []
    for await (const event of services.events.each(sub)) activity.push(event)
    const whole = { ...account, activity }
    call.output.audit('export', { userId: sub })
    call.output.answer(whole, [jsonOf(whole, 2)])
  },
}

export const exportsOfOne: Group = { name: 'export', summary: exporting.summary, commands: [exporting] }
