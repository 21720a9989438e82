import { type Config, ConfigError } from '../config.ts'
import { checkConfiguration } from '../doctor/configuration.ts'
import { checkDatabase } from '../doctor/database.ts'
import { type Finding, findings, problem } from '../doctor/finding.ts'
import { checkMailServer } from '../doctor/mail-server.ts'
import { checkSecrets } from '../doctor/secrets.ts'
import { checkService } from '../doctor/service.ts'
import { type Call, type Command, count, type Group, UsageError } from './command.ts'
import { plain, table } from './output.ts'

const doctor: Command = {
  name: 'doctor',
  summary: 'Look for what is wrong with this installation, and say how to mend it',
  details: [
    'Looks at the settings and the database; with --url also at the running service, through every proxy in front of it.',
    'Changes nothing and signs nobody in. Exits with 1 when it found a problem; a warning is none.',
  ],
  options: {
    url: {
      value: '<origin>',
      help: 'How people reach the service; again for each of several nodes, whose clocks are compared',
      multiple: true,
    },
  },
  examples: ['doctor', 'doctor --url https://app.example.com', 'doctor --url https://app.example.com --json'],
  async run(call) {
    const origins = call.texts('url').map(originOf)
    const found = await examine(call, origins)
    const wrong = found.filter(({ finding }) => finding !== 'ok')
    const problems = wrong.filter(({ finding }) => finding === 'problem')
    if (call.output.json) call.output.list(found, {})
    else
      call.output.answer({}, [
        ...table(found, {
          finding: ({ finding }) => finding,
          about: ({ name }) => name,
          'what is so': ({ sentence }) => sentence,
        }),
        ...wrong.flatMap(({ name, sentence, mend }) => [
          '',
          `${plain(name)}: ${plain(sentence)}`,
          `  ${plain(mend ?? '')}`,
        ]),
      ])
    if (problems.length > 0) throw new Error(`${count(problems.length, 'problem')} found.`)
  },
}

export const doctoring: Group = { name: 'doctor', summary: doctor.summary, commands: [doctor] }

async function examine(call: Call, origins: string[]): Promise<Finding[]> {
  const { environment } = call.terminal
  let config: Config
  try {
    config = call.terminal.readConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const wrong = error.problems.map((each) =>
      problem(`${each}.`, 'The API does not start before that is mended.'),
    )
    return [
      ...findings('configuration', wrong, ''),
      ...checkSecrets(environment, environment.NODE_ENV === 'production'),
    ]
  }
  const found = await checkConfiguration(environment, config)
  found.push(...(await checkBehind(call)))
  for (const origin of origins) found.push(...(await checkService(origin, config, call.terminal.clock)))
  return found
}

/** What is behind the API: its database and the mail server. */
async function checkBehind(call: Call): Promise<Finding[]> {
  try {
    const { services } = await call.open({ indexes: false })
    const { database, clock, mailer, webhooks, migrations } = services
    const { connection } = database
    return [
      ...(await checkDatabase({ connection, clock, webhooks, migrations })),
      ...(await checkMailServer(mailer)),
    ]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return findings(
      'database',
      [problem(why, 'Check that it is running, and host, name and password in MONGO_URI.')],
      '',
    )
  }
}

function originOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`--url is an address like https://app.example.com, not ${plain(url)}.`)
  return new URL(url).origin
}
