import { setTimeout as delay } from 'node:timers/promises'
import { MailRefused } from './mail-failure.ts'

/** Before anything was sent. */
const usualMs = 300

/**
 * Does for nobody what a mail would have done: it takes as long, and ends the same. Otherwise whoever asks for mails to
 * themselves before and after could see by the gap between them whether there was anybody to write to.
 */
export function createRehearsal() {
  let last = { ms: usualMs, failed: false }

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
        last = { ms: performance.now() - startedAt, failed }
      }
    },

    /** Takes as long as the last mail that was sent, since `startedAt`. Throws if that one failed. */
    async pretend(startedAt: number): Promise<void> {
      const { ms, failed } = last
      await delay(Math.max(0, ms - (performance.now() - startedAt)), undefined, { ref: false })
      if (failed) throw new Error('No mail goes out at the moment')
    },
  }
}
