import { signingKey } from '@latchkey/sessions'
import { retire, rotate } from './change-keys.ts'
import { type Command, type Group, UsageError } from './command.ts'
import { newPrivateKey, newSecret } from './new-keys.ts'

const kinds: Record<string, () => { lines: Record<string, string>; remark?: string }> = {
  secrets: () => ({ lines: { JWT_ACCESS_SECRET: newSecret(), JWT_REFRESH_SECRET: newSecret() } }),
  es256: () => {
    const key = newPrivateKey()
    return { lines: { JWT_ACCESS_SECRET: key }, remark: `# kid ${signingKey(key).kid}` }
  },
}

const make: Command = {
  name: 'keys make',
  summary: 'Make keys that nobody has yet, as lines for .env',
  details: [
    'secrets: the two secrets that every installation needs.',
    'es256: a private key for access tokens, which other services can verify without it.',
  ],
  words: [{ name: 'kind', help: 'secrets (if it is not said) or es256', optional: true }],
  examples: ['keys make >> .env', 'keys make es256'],
  async run(call) {
    const kind = call.word('kind') || 'secrets'
    const made = kinds[kind]?.()
    if (!made) throw new UsageError(`There are no keys called "${kind}". Say secrets or es256.`)
    const lines = Object.entries(made.lines).map(([name, value]) => `${name}=${value}`)
    call.output.answer(made.lines, [...(made.remark ? [made.remark] : []), ...lines])
  },
}

export const keys: Group = {
  name: 'keys',
  summary: 'Make and change the keys that sign tokens',
  commands: [make, rotate, retire],
}
