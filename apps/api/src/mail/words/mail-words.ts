import type { FooterLink } from '@latchkey/brand'
import type { MailKind } from '../mail-job.model.ts'
import type { ToldBy } from '../own-mails.ts'

/** What a message may tell. `link` is there for the kinds that have one. */
export interface MailFacts {
  /** Null: to somebody who may not be the one who chose it. */
  username: string | null
  link: string
  /** As `deviceName` says it: "Firefox on macOS", one plain word, or nothing. */
  device: string
  ip: string
  when: Date
  /** What a mail of one's own tells (own-mails.ts). */
  told: Record<string, string>
}

/** The same in words, for a sentence. */
export type ToldFacts = Pick<MailFacts, 'link' | 'ip'> & { device: string; when: string }

export interface Message {
  subject: string
  /** Paragraphs before and after the button. */
  before: string[]
  button?: string
  after: string[]
}

/** Every word of our mails in one language. It does not compile while one is missing. */
export interface MailWords {
  greeting: (username: string | null) => string
  /** Before the address to which the button leads. */
  orOpen: string
  unknownDevice: string
  device: (browser: string, system: string) => string
  /** Date and time, with the time zone. */
  when: (at: Date) => string
  links: Record<FooterLink, string>
  mails: { [Kind in MailKind]: (facts: ToldFacts & { told: ToldBy<Kind> }) => Message }
}
