import { signingKey } from '@latchkey/sessions'
import { retire, rotate } from './change-keys.ts'
import { type Call, type Command, type Group, UsageError } from './command.ts'
import { makeMissingKeys } from './missing-keys.ts'
import { newPrivateKey, newSecret, newWebhookSecret } from './new-keys.ts'

const kinds: Record<string, () => { lines: Record<string, string>; remark?: string }> = {
  secrets: () => ({ lines: { JWT_ACCESS_SECRET: newSecret(), JWT_REFRESH_SECRET: newSecret() } }),
  es256: () => {
    const key = newPrivateKey()
    return { lines: { JWT_ACCESS_SECRET: key }, remark: `# kid ${signingKey(key).kid}` }
  },
  webhook: () => ({ lines: { WEBHOOK_SECRET: newWebhookSecret() } }),
}

const make: Command = {
  name: 'keys make',
  summary: 'Make keys that nobody has yet, as lines for .env',
  details: [
    'secrets: the two secrets that every installation needs.',
    'es256: a private key for access tokens, which other services can verify without it.',
    'webhook: the secret that signs webhooks. Like the others it changes by `keys rotate`.',
    'With --missing nothing is printed that opens anything: the secrets that are not set yet are made in SECRETS_FILE, and the password of the database in MONGO_PASSWORD_FILE. What is there stays.',
  ],
  words: [{ name: 'kind', help: 'secrets (if it is not said), es256 or webhook', optional: true }],
  options: {
    missing: { help: 'Make what is not set yet, in the files that the settings name' },
    anew: { help: 'With --missing: also where there were secrets that are lost, which signs everybody out' },
  },
  examples: ['keys make >> .env', 'keys make es256', 'keys make --missing'],
  async run(call) {
    if (call.has('missing')) return answerMissing(call)
    if (call.has('anew')) throw new UsageError('--anew goes with --missing.')
    const kind = call.word('kind') || 'secrets'
    const made = kinds[kind]?.()
    if (!made) throw new UsageError(`There are no keys called "${kind}". Say secrets, es256 or webhook.`)
    const lines = Object.entries(made.lines).map(([name, value]) => `${name}=${value}`)
    call.output.answer(made.lines, [...(made.remark ? [made.remark] : []), ...lines])
  },
}

function answerMissing(call: Call): void {
  if (call.word('kind')) throw new UsageError('--missing makes secrets of every kind; say no kind.')
  const made = makeMissingKeys(call.terminal.environment, call.has('anew'))
  const settings = made.flatMap((each) => each.settings)
  if (made.length > 0) call.output.audit('keys make', { settings })
  const kept = 'They are used from now on. Whoever loses them signs everybody out: keep a copy.'
  call.output.answer(
    { made: settings },
    made.length === 0
      ? ['All secrets are there.']
      : [...made.map((each) => `Secrets were made: ${each.settings.join(', ')}, in ${each.file}.`), kept],
  )
}

export const keys: Group = {
  name: 'keys',
  summary: 'Make and change the keys that sign tokens',
  commands: [make, rotate, retire],
}
