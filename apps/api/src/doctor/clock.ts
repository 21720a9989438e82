import { type Finding, findings, problem, warning } from './finding.ts'

/** Codes of authenticator apps are good for about so long. */
const noticedSeconds = 30
/** What access tokens and their revocations allow for (docs/sessions.md). */
const allowedSeconds = 600

/** How far a clock is from ours. */
export function checkClock(whose: string, theirs: Date, ours: Date): Finding[] {
  const seconds = Math.round((theirs.getTime() - ours.getTime()) / 1000)
  const off = Math.abs(seconds)
  const sentence = `The clock of ${whose} is ${off} s ${seconds > 0 ? 'ahead of' : 'behind'} the one of this machine.`
  const mend = 'Let both be set by NTP (chrony, systemd-timesyncd).'
  const complaints =
    off > allowedSeconds ? [problem(sentence, mend)] : off > noticedSeconds ? [warning(sentence, mend)] : []
  return findings('clock', complaints, `The clock of ${whose} is right, to ${Math.max(1, off)} s.`)
}
