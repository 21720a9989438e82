import { isDatabaseOutage } from '@latchkey/sessions'
import type { MigrationStatus } from '../maintenance/run-migrations.ts'
import { type Command, CommandError, count, exitCodes, type Group, yes } from './command.ts'
import { moment } from './output.ts'

const migrate: Command = {
  name: 'migrate',
  summary: 'Bring what is stored into the shape of this version, beside APIs that run',
  details: [
    'An API does this by itself in the background, but for what processes of an older version cannot bear: that asks first.',
    'Interrupted, it goes on where it was. One process at a time does it; docs/upgrades.md says how versions follow each other.',
  ],
  options: { status: { help: 'Change nothing; list what is done and what is not' }, ...yes },
  examples: ['migrate --status', 'migrate'],
  async run(call) {
    const { services } = await call.open({ indexes: !call.has('status') })
    const { migrations } = services
    if (call.has('status')) {
      const all = await migrations.status()
      call.output.list(all, columns)
      if (all.length === 0) call.output.remark('This version has no migrations.')
      return
    }
    const open = await migrations.open()
    const breaking = open.filter((each) => each.breaking).map(({ name }) => name)
    if (breaking.length > 0)
      await call.confirm(
        `APIs of an older version must not run any more: ${breaking.join(', ')}. Are they all stopped?`,
      )
    const interruption = call.terminal.interruption()
    const { ran, taken } = await migrations
      .run(open, {
        stopping: interruption,
        onBatch: (name, changed) => call.output.progress(`${name}: ${count(changed, 'document')}`),
      })
      .catch((error) => {
        const why = isDatabaseOutage(error) ? 'The database went away' : `Stopped by an error (${error})`
        throw new CommandError(`${why}. Go on with: latchkey migrate`, exitCodes.failed, { cause: error })
      })
      .finally(() => call.output.progress(null))
    call.output.audit('migrate', { ran, taken })
    if (taken !== null)
      throw new Error(`Another process is at “${taken}”. See how far it is: latchkey migrate --status`)
    if (ran.length < open.length) throw new Error('Interrupted. Go on with: latchkey migrate')
    call.output.answer({ ran }, [
      ...ran.map(({ name, changed }) => `${name}: ${count(changed, 'document')} changed.`),
      'Everything is in the shape of this version.',
    ])
  },
}

export const migrating: Group = { name: 'migrate', summary: migrate.summary, commands: [migrate] }

const columns: Record<string, (each: MigrationStatus) => string> = {
  migration: ({ name, breaking }) => (breaking ? `${name} (breaking)` : name),
  state: ({ state }) => state,
  changed: ({ changed }) => changed.toLocaleString('en'),
  done: ({ doneAt }) => (doneAt ? moment(doneAt) : ''),
}
