import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { MailRefused } from './mail-failure.ts'

/** Before anything was sent. */
const usualMs = 300
const remembered = 16

/**
 * When there is nobody to write to, waits as long as a real mail takes and ends the same way. Otherwise the gap
 * between two mails that somebody asks for to themselves would tell whether there was anybody to write to.
 */
export function createRehearsal() {
  let recent = { failed: false, ms: [usualMs] }

  return {
    /** Waits for a mail that is sent, and remembers how that went. `startedAt`: when its job was taken. */
    async watch(startedAt: number, sending: Promise<void>): Promise<void> {
      let failed = true
      try {
        await sending
        failed = false
      } catch (error) {
        // Done with as well: it is about this one mail.
        failed = !(error instanceof MailRefused)
        throw error
      } finally {
        const before = failed === recent.failed ? recent.ms : []
        recent = { failed, ms: [performance.now() - startedAt, ...before].slice(0, remembered) }
      }
    },

    /** Takes as long as one of the last mails that were sent, since `startedAt`. Throws if the last one failed. */
    async pretend(startedAt: number): Promise<void> {
      const { failed } = recent
      // Any of them: always the last would be the same for several in a row, which mails never are.
      const ms = recent.ms[randomInt(recent.ms.length)] ?? usualMs
      await delay(Math.max(0, ms - (performance.now() - startedAt)), undefined, { ref: false })
      if (failed) throw new Error('No mail goes out at the moment')
    },
  }
}
