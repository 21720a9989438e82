import { existsSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'dotenv'
import { replaceFile } from './replace-file.ts'

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

    /**
     * A line that is there keeps its `export` and its comment; a new one is exported if that of `like` is.
     * Throws Error when the file says it more than once, for then nobody knows which counts, and when it would not be
     * read back as it is. Then nothing has changed.
     */
    set(name: string, value: string, like = name): void {
      const found = text.match(linesOf(name))?.length ?? 0
      if (found > 1) throw new Error(`${path} sets ${name} more than once. Leave one of them.`)
      const exported = linesOf(like).exec(text)?.[1] ?? ''
      const changed =
        found === 1
          ? text.replace(linesOf(name), (_, before: string, behind: string) =>
              withComment(`${before}${name}=${value}`, value, commentIn(behind)),
            )
          : `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${exported}${name}=${value}\n`
      // Also what the others say: the value that was replaced may have gone on in the next line.
      if (!isDeepStrictEqual({ ...parse(changed) }, { ...parse(text), [name]: value }))
        throw new Error(`${name} cannot be written into ${path} so that it is read back. Change it by hand.`)
      text = changed
    },

    /** What a remark of ours says: `# latchkey: JWT_ACCESS_SECRET_PREVIOUS since 2026-11-27T20:14:00.000Z`. */
    remark: (about: string): string | null => remarkOf(about).exec(text)?.[1] ?? null,

    /** Null: takes it out. */
    setRemark(about: string, what: string | null): void {
      text = text.replace(remarkOf(about), '')
      if (what !== null) text = `${text.replace(/\n?$/, '\n')}# latchkey: ${about} ${what}\n`
    },

    /** Throws Error with a sentence when the file cannot be replaced; then it is as it was. */
    save: (): void => replaceFile(path, text),
  }
}

/** What stands before the name, and behind the equals sign. */
const linesOf = (name: string) => new RegExp(`^([ \\t]*(?:export[ \\t]+)?)${name}[ \\t]*=(.*)$`, 'gm')

/** The comment behind a value, which may hold a `#` within quotes. Empty: there is none. */
const commentIn = (behind: string) =>
  /^[ \t]*(?:'[^']*'|"[^"]*"|`[^`]*`|[^#]*?)[ \t]*(#.*)?$/.exec(behind)?.[1] ?? ''

function withComment(line: string, value: string, comment: string): string {
  if (comment === '') return line
  // Behind nothing, Compose would take it for the value; and it knows a comment by the space.
  return value === '' ? `${comment}\n${line}` : `${line} ${comment}`
}

const remarkOf = (about: string) => new RegExp(`^# latchkey: ${about} (.*)\\n?`, 'm')
