import type { ActivityKind } from '@latchkey/contracts'
import { administratorDevice } from '@latchkey/sessions'
import type { Services } from '../compose.ts'
import type { HowToOpen, OpenServices } from './open-services.ts'
import type { Output } from './output.ts'
import type { Terminal } from './terminal.ts'

/** What a command ends with; also a table of `--help`. */
export const exitCodes = { done: 0, failed: 1, usage: 2, notFound: 3 } as const

/** Said on stderr, and the exit code goes with it. Any other error is a failure, too. */
export class CommandError extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
export const exitCodeOf = (error: unknown): number =>
  error instanceof CommandError ? error.exitCode : exitCodes.failed

/** The command was not understood, or asks for what makes no sense. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'
  constructor(message: string) {
    super(message, exitCodes.usage)
  }
}

/** There is no such account or session. */
export class NotFoundError extends CommandError {
  override readonly name = 'NotFoundError'
  constructor(message: string) {
    super(message, exitCodes.notFound)
  }
}

interface Option {
  /** What stands for its value in the help, like `<n>`. Missing: it has none. */
  value?: string
  help: string
  /** It may be given more than once. */
  multiple?: boolean
}

export interface Command {
  /** The words that call it: `users find`. */
  name: string
  /** What it does, in one line that ends with no full stop. */
  summary: string
  /** What else is worth knowing, in whole sentences. */
  details?: string[]
  /** Words after its name, in order. `ask`: what is said when one is missing. */
  words?: { name: string; help: string; ask?: string; optional?: boolean }[]
  options?: Record<string, Option>
  /** Without the name of the program. */
  examples: string[]
  run(call: Call): Promise<void>
}

/** Commands that are about one thing. */
export interface Group {
  name: string
  summary: string
  commands: Command[]
}

/** One call of a command. */
export interface Call {
  /** The word of that name; empty where an optional one is missing. */
  word(name: string): string
  /** The value of an option. */
  text(name: string): string | undefined
  /** Every value of an option that may be given more than once. */
  texts(name: string): string[]
  has(option: string): boolean
  output: Output
  terminal: Terminal
  /** The services of the API, with the database connected. Closed when the command is over. */
  open(how?: HowToOpen): Promise<OpenServices>
  /**
   * Says what is about to be done, and asks whether to go on; where nobody can be asked it takes `--yes`. Throws
   * UsageError without it, and Error when the answer is no.
   */
  confirm(sentence: string): Promise<void>
}

/** `--yes`, of every command that asks first. */
export const yes = { yes: { help: 'Do it without asking; needed where nobody can be asked' } } as const

/** The owner reads of it, and gets a mail once an API runs. */
export const tell = ({ events }: Pick<Services, 'events'>, kind: ActivityKind, userId: string) =>
  events.record({ kind, userId, sessionId: null, device: administratorDevice })

/** "1 session", "2 sessions". */
export const count = (number: number, thing: string): string =>
  `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`
