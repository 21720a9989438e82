import { defaultLanguage, emailKeyOf, type Language } from '@latchkey/contracts'
import { addSeconds, type Clock } from '@latchkey/contracts/server'
import type { ActionKind } from '../links/action-token.model.ts'
import type { ActionTokens } from '../links/action-tokens.ts'
import { digest } from '../mail/digest.ts'
import type { Mail } from '../mail/mail.ts'
import type { MailJob, MailKind, OurMailKind } from '../mail/mail-job.model.ts'
import type { MailQueue, MailWriter } from '../mail/mail-queue.ts'
import type { NoticeCaps } from '../mail/notice-caps.ts'
import { ownMail } from '../mail/own-mails.ts'
import { renderMail } from '../mail/templates.ts'
import type { MailFacts } from '../mail/words/mail-words.ts'
import type { Accounts, MailReader } from '../users/accounts.ts'
import type { UnprovedAccounts } from '../users/unproved-accounts.ts'
import { isProved } from '../users/user-identity.ts'

/**
 * Links of one kind to one address that may work at a time, of those made within an hour. Whoever asks for more asks in
 * vain, but has one that works: nobody can use up what its owner would need.
 */
const workingLinks = 5

/**
 * Mails of one kind in an hour to one mailbox by its tags (`ada+…@`) that nobody has confirmed. Otherwise accounts by the
 * hundred could be made to fill it. Without a tag there is one account, which has its own allowance.
 */
const perTaggedMailbox = 10

/** What the link in a message does, where it does something by itself. */
const actions: Partial<Record<MailKind, ActionKind>> = {
  verify_email: 'verify_email',
  reset_password: 'reset_password',
  confirm_new_email: 'confirm_new_email',
  account_lapsing: 'verify_email',
}

/** In place of what somebody typed, in mail to an address that nobody has proved: it may be a stranger's. */
const nobodysWords = { username: null, device: '' }

/** Where a message of ours leads. A token travels behind the #, which browsers send to nobody. */
const pages: Record<OurMailKind, string | null> = {
  verify_email: '/verify-email',
  reset_password: '/reset-password',
  confirm_new_email: '/confirm-email',
  password_changed: '/forgot-password',
  new_device: '/sessions',
  new_network: '/sessions',
  copied_session_refused: '/sessions',
  token_reused: '/sessions',
  failed_sign_ins: '/account',
  email_changed: '/undo-email',
  email_change_undone: null,
  account_lapsing: '/verify-email',
  account_deleted: null,
  roles_changed: '/activity',
  totp_enabled: '/account',
  totp_disabled: '/account',
  recovery_codes_renewed: '/account',
  recovery_code_used: '/account',
  recovery_codes_low: '/account',
  failed_factors: '/account',
  factors_reset_requested: '/login',
  factors_reset_cancelled: '/activity',
  factors_reset: '/account',
  password_removed: '/forgot-password',
  passkey_added: '/account',
  passkey_removed: '/account',
  passkey_counter_back: '/account',
}

interface Collaborators {
  accounts: Accounts
  unprovedAccounts: Pick<UnprovedAccounts, 'lapsesAt' | 'wasReminded'>
  actionTokens: ActionTokens
  noticeCaps: NoticeCaps
  mailQueue: Pick<MailQueue, 'holds'>
  clock: Clock
  /** The origin that links lead to. */
  pageUrl: string
}

/**
 * Writes the mails of an account when they are sent, not when they are asked for. Only then is it looked up whether an
 * address has an account at all, so that asking takes as long for a stranger's address as for one's own; and only then is
 * a token made, so that the queue holds none.
 */
export function createAccountMail(collaborators: Collaborators): MailWriter {
  const { accounts, unprovedAccounts, actionTokens, noticeCaps, mailQueue, clock, pageUrl } = collaborators

  return {
    async compose(job) {
      if (formerAddress.has(job.kind)) return toFormerAddress(job)
      const user = await accounts.findForMail(job)
      if (!user?.email) return null
      const action = actions[job.kind]
      if (action) return linkMail(action, job, user)
      // It was taken back before this mail could be sent.
      if (job.kind === 'factors_reset_requested' && !user.factorReset) return null
      // Until its reader has said so, it is not their account: they get the links, and are told nothing else.
      return isProved(user) ? renderMail(job.kind, user.email, facts(job, user), spoken(user, job)) : null
    },

    async settled({ kind, userId }, at) {
      if (kind === 'account_lapsing' && userId) await unprovedAccounts.wasReminded(userId, at)
    },
  }

  /** To the address that was, which no account has any more. */
  async function toFormerAddress(job: MailJob): Promise<Mail | null> {
    const { kind, userId, email, createdAt } = job
    if (!email) return null
    const told = facts(job, null)
    if (kind !== 'email_changed' || userId === null) return renderMail(kind, email, told, spoken(null, job))
    // Changed and deleted at once: there is nothing to put back.
    const user = await accounts.findForMail({ userId, email: null })
    if (!user) return renderMail('account_deleted', email, told, spoken(null, job))
    // As long as the address rests, and no longer, however late the mail.
    const token = await actionTokens.create('undo_email', { userId, email, since: createdAt })
    return renderMail(kind, email, facts(job, null, `#token=${token}`), spoken(user, job))
  }

  async function linkMail(kind: ActionKind, job: MailJob, user: MailReader): Promise<Mail | null> {
    if (kind === 'verify_email' && isProved(user)) return null
    // A new address is not the account's yet: the link that goes there is how it becomes so.
    const address = kind === 'confirm_new_email' ? job.email : user.email
    if (!address) return null
    // Counted once for each mail, not for each time a mail server turned it away.
    if (!job.isRetry && (await hadEnough(kind, job, user, address))) return null
    const { passwordChanges } = job
    const token = await actionTokens.create(kind, { userId: user._id, email: address, passwordChanges })
    // Taken back meanwhile, when there was no link yet to end.
    if (kind === 'confirm_new_email' && !(await mailQueue.holds(job))) {
      await actionTokens.consume(kind, token, async () => null)
      return null
    }
    const reader = address === user.email ? user : null
    return renderMail(job.kind, address, facts(job, reader, `#token=${token}`), spoken(user, job))
  }

  /** When the event that this mail announces is due. */
  function dueAt(kind: MailKind, { createdAt, factorReset }: MailReader): Date | undefined {
    if (kind === 'account_lapsing') return unprovedAccounts.lapsesAt(createdAt, clock.now())
    return kind === 'factors_reset_requested' ? factorReset?.dueAt : undefined
  }

  async function hadEnough(kind: ActionKind, job: MailJob, user: MailReader, address: string) {
    const recent = await actionTokens.countWorking(kind, user._id, address, addSeconds(clock.now(), -3600))
    if (recent >= workingLinks) return true
    const mailbox = taggedMailbox(address)
    if (mailbox === null || (isProved(user) && address === user.email)) return false
    return !(await noticeCaps.admit(job.kind, digest(mailbox), perTaggedMailbox))
  }

  /** `reader`: the account whose own address it goes to; null when it is another. */
  function facts(job: MailJob, reader: MailReader | null, fragment = ''): MailFacts {
    const words =
      reader && isProved(reader) ? { username: reader.username, device: job.device } : nobodysWords
    const when = (reader && dueAt(job.kind, reader)) ?? job.createdAt
    const link = `${pageUrl}${pageOf(job.kind) ?? ''}${fragment}`
    return { ...words, link, ip: job.ip, told: job.told, when }
  }
}

const pageOf = (kind: MailKind): string | null =>
  ownMail(kind)?.page ?? (pages as Readonly<Partial<Record<MailKind, string | null>>>)[kind] ?? null

/** The account's language, whoever caused the mail. What goes to an address it had before is in that of whoever had it. */
const spoken = (user: MailReader | null, job: MailJob): Language =>
  job.language ?? user?.language ?? defaultLanguage

/** The address without its tag, of one that has a tag. */
function taggedMailbox(email: string): string | null {
  const key = emailKeyOf(email)
  const mailbox = key.replace(/^([^+@]+)\+[^@]*@/, '$1@')
  return mailbox === key ? null : mailbox
}

const formerAddress = new Set<MailKind>(['account_deleted', 'email_changed', 'email_change_undone'])
