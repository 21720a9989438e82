import { parseArgs } from 'node:util'
import { isDatabaseOutage } from '@latchkey/sessions'
import { isFullDisk } from '../backup/full-disk.ts'
import { NoRoomError } from '../backup/restore-backup.ts'
import { UnopenedError } from '../database.ts'
import { loadEnvironment } from '../environment.ts'
import { type Call, type Command, CommandError, exitCodeOf, exitCodes, UsageError } from './command.ts'
import { helpOfAll, helpOfCommand, helpOfGroup, usageOf } from './help.ts'
import type { OpenServices } from './open-services.ts'
import { createOutput } from './output.ts'
import { groups } from './table.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** Runs a command with the words of this process, and what `.env` adds. Aliases put words before them. */
export async function runAsProcess(...before: string[]): Promise<void> {
  loadEnvironment()
  process.exitCode = await run([...before, ...process.argv.slice(2)], processTerminal())
}

/** Runs a command to its end. Returns the exit code; never throws. */
export async function run(words: string[], terminal: Terminal): Promise<number> {
  const found = find(words)
  const askedForHelp = words.includes('--help') || words.includes('-h')
  if (!('command' in found)) {
    if (askedForHelp) terminal.out(found.help)
    else terminal.err(found.unknown ? `${found.unknown}\n\n${found.help}` : found.help)
    return askedForHelp ? exitCodes.done : exitCodes.usage
  }
  const { command, rest } = found
  if (askedForHelp) {
    terminal.out(helpOfCommand(command))
    return exitCodes.done
  }
  const opened: OpenServices[] = []
  try {
    await command.run(read(command, rest, terminal, opened))
    return exitCodes.done
  } catch (error) {
    terminal.err(`${sentenceOf(error)}\n`)
    if (error instanceof UsageError) terminal.err(`${usageOf(command)}\n`)
    return exitCodeOf(error)
  } finally {
    for (const each of opened) await each.close()
  }
}

type Found = { command: Command; rest: string[] } | { help: string; unknown?: string }

function find(words: string[]): Found {
  const [first, second] = words.filter((word) => !word.startsWith('-'))
  if (first === undefined) return { help: helpOfAll(groups) }
  const group = groups.find(({ name }) => name === first)
  if (!group) return { help: helpOfAll(groups), unknown: `There is no command ${first}.` }
  const alone = group.commands.find(({ name }) => name === first)
  if (alone) return { command: alone, rest: without(words, [first]) }
  if (second === undefined) return { help: helpOfGroup(group) }
  const command = group.commands.find(({ name }) => name === `${first} ${second}`)
  if (!command) return { help: helpOfGroup(group), unknown: `There is no command ${first} ${second}.` }
  return { command, rest: without(words, [first, second]) }
}

/** What comes besides the words that call the command. */
function without(words: string[], called: string[]): string[] {
  const rest = [...words]
  for (const word of called) rest.splice(rest.indexOf(word), 1)
  return rest
}

function read(command: Command, rest: string[], terminal: Terminal, opened: OpenServices[]): Call {
  const { words, values } = parse(command, rest)
  const output = createOutput(terminal, values.json === true)
  const has = (option: string) => values[option] === true
  const texts = (name: string) => [values[name] ?? []].flat().filter((each) => typeof each === 'string')
  return {
    word: (name) => words[(command.words ?? []).findIndex((each) => each.name === name)] ?? '',
    text: (name) => texts(name)[0],
    texts,
    has,
    output,
    terminal,
    async open(how = { indexes: true }) {
      const services = await terminal.openServices(how)
      opened.push(services)
      return services
    },
    async confirm(sentence) {
      if (has('yes')) return output.remark(sentence)
      if (!terminal.interactive) throw new UsageError(`${sentence}\nNobody can be asked here: add --yes.`)
      output.remark(sentence)
      const answer = await terminal.ask('Go on? (yes/no) ')
      if (!/^y(es)?$/i.test(answer.trim())) throw new Error('Nothing was done.')
    },
  }
}

/** Throws UsageError for what the command does not know, and for a word that is missing or too many. */
function parse(command: Command, rest: string[]) {
  const { words: wanted = [], options = {} } = command
  const known = Object.entries(options).map(([name, { value, multiple = false }]) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', multiple },
  ])
  const { positionals: words, values } = parsedBy({
    args: rest,
    options: { json: { type: 'boolean' }, ...Object.fromEntries(known) },
    allowPositionals: true,
  })
  const missing = wanted.find(({ optional }, i) => !optional && words[i] === undefined)
  if (missing) throw new UsageError(missing.ask ?? `Say which ${missing.name}: ${missing.help}.`)
  if (words.length > wanted.length)
    throw new UsageError(`This is one word too many: ${words.slice(wanted.length).join(' ')}`)
  return { words, values: values as Record<string, unknown> }
}

function parsedBy(how: NonNullable<Parameters<typeof parseArgs>[0]>) {
  try {
    return parseArgs(how)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function sentenceOf(error: unknown): string {
  // First, for an outage may be its cause, of which the command has said more.
  if ([CommandError, NoRoomError, UnopenedError].some((told) => error instanceof told))
    return messageOf(error)
  if (isFullDisk(error))
    return 'The disk of the database is full: what was being saved is not kept. Make room and repeat it.'
  if (isDatabaseOutage(error)) return 'The database went away before this was done. Try again.'
  return messageOf(error)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
