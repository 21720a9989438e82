import { addSeconds, type Clock } from '@latchkey/contracts/server'
import type { MailKind } from './mail-job.model.ts'
import type { NoticeCapModel } from './notice-cap.model.ts'

/** How many notices of one kind a recipient gets in an hour. The list of recent activity shows the rest. */
const perHour = 5
const hourSeconds = 3600

export type NoticeCaps = ReturnType<typeof createNoticeCaps>

/** Keeps a flood of events from becoming a flood of mail. */
export function createNoticeCaps({ model, clock }: { model: NoticeCapModel; clock: Clock }) {
  return {
    /** Counts a notice before it is queued. False: the recipient has had enough of this kind for this hour. */
    async admit(kind: MailKind, recipient: string): Promise<boolean> {
      const now = clock.now()
      const _id = `${kind}:${recipient}:${now.toISOString().slice(0, 13)}`
      const cap = await model
        .findOneAndUpdate(
          { _id },
          { $inc: { count: 1 }, $setOnInsert: { expiresAt: addSeconds(now, 2 * hourSeconds) } },
          { upsert: true, returnDocument: 'after' },
        )
        .lean<{ count: number }>()
      return (cap?.count ?? 1) <= perHour
    },
  }
}
