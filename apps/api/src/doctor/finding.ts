/** What one check found. */
export interface Finding {
  /** What was looked at: `secrets`, `clock`, … Several findings may be about one thing. */
  name: string
  finding: 'ok' | 'warning' | 'problem'
  /** What is so. */
  sentence: string
  /** What to do about it. Null: nothing. */
  mend: string | null
}

type Complaint = Omit<Finding, 'name'> & { mend: string }

export const problem = (sentence: string, mend: string): Complaint => ({ finding: 'problem', sentence, mend })
export const warning = (sentence: string, mend: string): Complaint => ({ finding: 'warning', sentence, mend })

/** The complaints about one thing; or one finding that nothing is wrong with it. */
export const findings = (name: string, complaints: readonly Complaint[], fine: string): Finding[] =>
  complaints.length > 0
    ? complaints.map((each) => ({ name, ...each }))
    : [{ name, finding: 'ok', sentence: fine, mend: null }]

/** In one line, for the log at the start; and whether somebody should read it. */
export function summaryOf(all: readonly Finding[]): { sentence: string; isFine: boolean } {
  const wrong = all.filter(({ finding }) => finding !== 'ok')
  if (wrong.length === 0) return { sentence: 'doctor: nothing is wrong with the configuration', isFine: true }
  const told = wrong.map(({ name, sentence }) => `${name}: ${sentence}`).join(' ')
  return { sentence: `doctor: ${told} Run \`latchkey doctor\` to learn how to mend it.`, isFine: false }
}
