import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { parse } from 'dotenv'

export type EnvFile = ReturnType<typeof openEnvFile>

/** A file of settings, `.env`. What is not changed stays as it is, comments too. Throws Error when there is none. */
export function openEnvFile(path: string) {
  if (!existsSync(path))
    throw new Error(
      `There is no file ${path}. Say which with --file; where the settings come from elsewhere, change them there (docs/keys.md).`,
    )
  let text = readFileSync(path, 'utf8')

  return {
    path,

    /** Empty: it is not set. */
    value: (name: string): string => parse(text)[name] ?? '',

    list: (name: string): string[] =>
      (parse(text)[name] ?? '')
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean),

    /** Throws Error when the file says it more than once, for then nobody knows which counts. */
    set(name: string, value: string): void {
      const lines = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*$`, 'gm')
      const found = text.match(lines)?.length ?? 0
      if (found > 1) throw new Error(`${path} sets ${name} more than once. Leave one of them.`)
      const line = `${name}=${value}`
      if (found === 1) text = text.replace(lines, () => line)
      else text = `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`
    },

    /** What a remark of ours says: `# latchkey: JWT_ACCESS_SECRET_PREVIOUS since 2026-11-27T20:14:00.000Z`. */
    remark: (about: string): string | null => remarkOf(about).exec(text)?.[1] ?? null,

    /** Null: takes it out. */
    setRemark(about: string, what: string | null): void {
      text = text.replace(remarkOf(about), '')
      if (what !== null) text = `${text.replace(/\n?$/, '\n')}# latchkey: ${about} ${what}\n`
    },

    /** The whole file at once, as readable as it was. */
    save(): void {
      const draft = `${path}.new`
      writeFileSync(draft, text, { mode: statSync(path).mode & 0o777 })
      renameSync(draft, path)
    },
  }
}

const remarkOf = (about: string) => new RegExp(`^# latchkey: ${about} (.*)\\n?`, 'm')
