import { brand } from '@latchkey/brand'
import type { Command, Group } from './command.ts'
import { aligned } from './output.ts'

const program = 'latchkey'

const everywhere = aligned([
  ['  --json', 'One JSON document on stdout, or a line of JSON for each entry of a list'],
  ['  --help', 'This, for any command or group'],
])

const codes = aligned([
  ['  0', 'done'],
  ['  1', 'failed; stderr says why'],
  ['  2', 'wrong usage'],
  ['  3', 'no such account or session'],
])

/** One line: how the command is called. */
export function usageOf({ name, words = [], options = {} }: Command): string {
  const wanted = words.map((word) => (word.optional ? `[<${word.name}>]` : `<${word.name}>`))
  const possible = Object.entries(options).map(
    ([option, { value }]) => `[--${option}${value ? ` ${value}` : ''}]`,
  )
  return ['Usage:', program, name, ...wanted, ...possible, '[--json]'].join(' ')
}

export function helpOfAll(groups: readonly Group[]): string {
  const commands = groups.flatMap((each) => each.commands)
  return text([
    `Runs ${brand.name} from a terminal, beside the API or while it is not running.`,
    [`Usage: ${program} <command> [options]`],
    ['Commands:', ...listed(commands)],
    ['Options of every command:', ...everywhere],
    ['Exit codes:', ...codes],
    [
      'Examples:',
      ...[`users find ada`, `explain --user ada`, `doctor --url https://app.example.com`].map(example),
    ],
    [`More of one: ${program} users --help, ${program} sessions end --help`],
  ])
}

export function helpOfGroup({ name, summary, commands }: Group): string {
  return text([
    `${summary}.`,
    [`Usage: ${program} ${name} <command> [options]`],
    ['Commands:', ...listed(commands)],
    ['Options of every command:', ...everywhere],
    ['Examples:', ...commands.flatMap(({ examples }) => examples.slice(0, 1)).map(example)],
    [`More of one: ${program} ${commands[0]?.name} --help`],
  ])
}

export function helpOfCommand(command: Command): string {
  const { summary, details = [], words = [], options = {}, examples } = command
  const given = Object.entries(options).map(([name, { value, help }]) => [
    `  --${name}${value ? ` ${value}` : ''}`,
    help,
  ])
  return text([
    `${summary}.`,
    details,
    [usageOf(command)],
    words.length > 0 ? ['Words:', ...aligned(words.map(({ name, help }) => [`  <${name}>`, help]))] : [],
    given.length > 0 ? ['Options:', ...aligned(given)] : [],
    ['Options of every command:', ...everywhere],
    ['Exit codes:', ...codes],
    ['Examples:', ...examples.map(example)],
  ])
}

const listed = (commands: readonly Command[]) =>
  aligned(commands.map(({ name, summary }) => [`  ${name}`, summary]))

const example = (words: string) => `  ${program} ${words}`

/** Paragraphs with a blank line between them. */
function text([first, ...paragraphs]: [string, ...string[][]]): string {
  const shown = [first, ...paragraphs.filter(({ length }) => length > 0).map((lines) => lines.join('\n'))]
  return `${shown.join('\n\n')}\n`
}
