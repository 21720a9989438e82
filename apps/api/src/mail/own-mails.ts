import { type Stored, textIn } from '@latchkey/contracts/server'

interface OwnMail {
  /** Where its button or link leads: a page, `/invoices` say. Null: nowhere. */
  page: `/${string}` | null
  /** What it tells, by names that its words use. Kept as text in the queue until it is sent, so nothing secret. */
  tells: readonly string[]
  /** How many of them one person gets in an hour. Default: 5. */
  perHour?: number
}

/**
 * Mails of your own. Each is a line here; the compiler then asks for its words in each language (words/en.ts, words/de.ts). They
 * go to people who have confirmed their address: `mailQueue.tell({ kind, userId, told })`.
 */
export const ownMails = {
  // Yours.
} as const satisfies Record<string, OwnMail>

const listed: Readonly<Record<string, OwnMail>> = ownMails

export type OwnMailKind = keyof typeof ownMails
export const ownMailKinds = Object.keys(ownMails) as OwnMailKind[]

/** What such a mail tells. */
export type ToldBy<Kind> = Kind extends OwnMailKind
  ? Record<(typeof ownMails)[Kind]['tells'][number], string>
  : Record<never, string>

/** What one of them is; undefined for a mail of ours. */
export const ownMail = (kind: string): OwnMail | undefined => listed[kind]

/** As it is stored with a mail of that kind. What is missing is empty. */
export function toldIn(kind: string, stored: unknown): Record<string, string> {
  const told = (typeof stored === 'object' && stored !== null ? stored : {}) as Stored<Record<string, string>>
  return Object.fromEntries((listed[kind]?.tells ?? []).map((name) => [name, textIn(told[name]) ?? '']))
}
