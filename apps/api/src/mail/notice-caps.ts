import { addSeconds, type Clock, oneMore, type Stored, wholeIn } from '@latchkey/contracts/server'
import type { MailKind } from './mail-job.model.ts'
import type { NoticeCapModel } from './notice-cap.model.ts'

/** Notices of one kind that one recipient gets in an hour. What they would tell stands in the activity list, too. */
const perHour = 5
const hourSeconds = 3600

export type NoticeCaps = ReturnType<typeof createNoticeCaps>

/** Keeps a flood of events, or of accounts, from becoming a flood of mail. */
export function createNoticeCaps({ model, clock }: { model: NoticeCapModel; clock: Clock }) {
  return {
    /** Counts a mail that is about to be queued or written. False: there were enough of its kind in this hour. */
    async admit(kind: MailKind, recipient: string, most = perHour): Promise<boolean> {
      const now = clock.now()
      const _id = `${kind}:${recipient}:${now.toISOString().slice(0, 13)}`
      const cap = await model
        .findOneAndUpdate(
          { _id },
          [{ $set: { count: oneMore('count'), expiresAt: addSeconds(now, 2 * hourSeconds) } }],
          { updatePipeline: true, upsert: true, returnDocument: 'after' },
        )
        .lean<Stored<{ count: number }>>()
      return (wholeIn(cap?.count) ?? 1) <= most
    },
  }
}
