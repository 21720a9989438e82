import type { Mailer } from '../mail/mailer.ts'
import { type Finding, findings, problem } from './finding.ts'

/** Whether the mail server can be reached and lets us in. Sends nothing. Null where there is none. */
export async function checkMailServer({ verify }: Pick<Mailer, 'verify'>): Promise<Finding[]> {
  if (!verify) return []
  const fine = 'The mail server lets us in.'
  try {
    await verify()
    return findings('mail-server', [], fine)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const complaint = problem(
      `The mail server does not let us in: ${why}.`,
      'Check host, port, name and password in SMTP_URL, and whether this machine may connect to it.',
    )
    return findings('mail-server', [complaint], fine)
  }
}
