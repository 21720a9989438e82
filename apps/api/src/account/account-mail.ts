import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { type ActionKind, actionKinds } from '../links/action-token.model.ts'
import type { ActionTokens } from '../links/action-tokens.ts'
import type { Mail } from '../mail/mail.ts'
import type { MailJobRecord, MailKind } from '../mail/mail-job.model.ts'
import type { ComposeMail } from '../mail/mail-queue.ts'
import { type MailFacts, renderMail } from '../mail/templates.ts'
import type { Accounts } from '../users/accounts.ts'
import type { UserIdentity } from '../users/user-identity.ts'

/**
 * Links of one kind to one address that may work at a time, of those made within an hour. Whoever asks for more asks in
 * vain, but has one that works: nobody can use up what its owner would need.
 */
const workingLinks = 5

/** Where a message leads. A token travels behind the #, which browsers send to nobody. */
const pages: Partial<Record<MailKind, string>> = {
  verify_email: '/verify-email',
  reset_password: '/reset-password',
  confirm_new_email: '/confirm-email',
  password_changed: '/forgot-password',
  new_device: '/sessions',
  new_network: '/sessions',
  copied_session_refused: '/sessions',
  token_reused: '/sessions',
  failed_sign_ins: '/account',
}

interface Collaborators {
  accounts: Accounts
  actionTokens: ActionTokens
  clock: Clock
  /** The origin that links lead to. */
  pageUrl: string
}

/**
 * Writes the mails of an account when they are sent, not when they are asked for. Only then is it looked up whether an
 * address has an account at all, so that asking takes as long for a stranger's address as for one's own; and only then is
 * a token made, so that the queue holds none.
 */
export function createAccountMail({ accounts, actionTokens, clock, pageUrl }: Collaborators): ComposeMail {
  return async (job) => {
    // To the address that was, which no account has any more.
    if (job.kind === 'account_deleted' || job.kind === 'email_changed')
      return job.email === null ? null : renderMail(job.kind, job.email, facts(job, 'there'))

    const user = await accounts.findForMail(job)
    if (!user) return null
    const kind = actionKinds.find((each) => each === job.kind)
    return kind ? linkMail(kind, job, user) : renderMail(job.kind, user.email, facts(job, user.username))
  }

  async function linkMail(kind: ActionKind, job: MailJobRecord, user: UserIdentity): Promise<Mail | null> {
    if (kind === 'verify_email' && user.emailVerifiedAt) return null
    // A new address is not the account's yet: the link that goes there is how it becomes so.
    const address = kind === 'confirm_new_email' ? job.email : user.email
    if (address === null) return null
    // Counted once for each mail, not for each time a mail server turned it away.
    const recent = await actionTokens.countWorking(kind, user._id, address, addSeconds(clock.now(), -3600))
    if (job.attempts === 1 && recent >= workingLinks) return null
    const { passwordChanges } = job
    const token = await actionTokens.create(kind, { userId: user._id, email: address, passwordChanges })
    return renderMail(kind, address, facts(job, user.username, `#token=${token}`))
  }

  function facts(job: MailJobRecord, username: string, fragment = ''): MailFacts {
    const link = `${pageUrl}${pages[job.kind] ?? ''}${fragment}`
    return { username, link, device: job.device, ip: job.ip, when: job.createdAt.toUTCString() }
  }
}
