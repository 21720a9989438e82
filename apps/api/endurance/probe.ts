import { createBrowser } from '@latchkey/auth-client/testing'
import type { Copy, Surroundings } from './device.ts'
import { pause } from './device.ts'
import { clientAddressHeader } from './proxy.ts'

/** What docs/sessions.md promises: within a second; within five where a process cannot read the database. */
const spreadMs = 1000
const spreadInOutageMs = 5000
/** When it is tried, after the session has ended. Access tokens live for longer than the last of these. */
const triesMs = [0, 250, 500, 750, 900, 1050, 1200, 1500, 2000, 3000, 5000, 5500, 8000, 15_000]

export interface Doors extends Surroundings {
  /** Every API process by itself, and the proxy. */
  urls: string[]
  /** Whether the database was away at any time since `since`, by performance.now(). */
  wasAway(since: number): boolean
}

/** Tries with everything that was copied of a session that has ended at `endedAt`. */
export async function tryEnded(copy: Copy, endedAt: number, doors: Doors): Promise<void> {
  await Promise.all([tryCookies(copy, doors), tryToken(copy, endedAt, doors)])
}

/** An access token, at every door and again and again. */
async function tryToken({ sessionId, bearer }: Copy, endedAt: number, doors: Doors): Promise<void> {
  const { tally, stopping } = doors
  await Promise.all(
    doors.urls.map(async (url) => {
      for (const at of triesMs) {
        await pause(Math.max(0, endedAt + at - performance.now()), stopping)
        if (stopping.aborted) return
        const sentAt = performance.now()
        const status = await statusOf(`${url}/api/protected`, { authorization: bearer }, doors)
        tally.probes++
        if (status !== 200) continue
        const after = sentAt - endedAt
        tally.admittedAfterEnd(after)
        const allowed = doors.wasAway(endedAt - spreadInOutageMs) ? spreadInOutageMs : spreadMs
        if (after > allowed)
          tally.wrongAdmission(`${url} admitted session ${sessionId} ${Math.round(after)} ms after its end`)
      }
    }),
  )
}

/** The cookies together with the browser's own key: no refresh of a session that has ended is answered. */
async function tryCookies({ sessionId, cookies, key }: Copy, doors: Doors): Promise<void> {
  const back = createBrowser(doors.proxyUrl)
  back.jar.restore(cookies)
  if (key) await back.keyStore.put(sessionId, key)
  const tab = back.tab()
  await tab.start()
  doors.tally.copies++
  if (tab.getState().status === 'signedIn')
    doors.tally.wrongAdmission(`the session ${sessionId} was refreshed after its end`)
  tab.stop()
}

/** A thief with the cookies of a session that is alive, and without its key. */
export async function tryStolen({ sessionId, cookies }: Copy, doors: Doors): Promise<void> {
  const cookie = [...cookies]
    // The one by which a browser is known is no part of a session.
    .filter(([name]) => !name.endsWith('.device'))
    .map(([name, { value }]) => `${name}=${value}`)
    .join('; ')
  const status = await statusOf(`${doors.proxyUrl}/api/refresh-token`, { cookie }, doors, 'POST')
  doors.tally.copies++
  if (status === 200) doors.tally.wrongAdmission(`the copied cookies of session ${sessionId} were refreshed`)
}

/** Null: the connection broke off. */
async function statusOf(
  url: string,
  headers: Record<string, string>,
  { address }: Doors,
  method = 'GET',
): Promise<number | null> {
  try {
    const answer = await fetch(url, {
      method,
      headers: { ...headers, [clientAddressHeader]: address, 'x-forwarded-for': address },
    })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return null
  }
}
