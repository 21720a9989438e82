import type { AuthClientCore } from '@latchkey/auth-client'
import { demoRoutes, type ReplyOf, routes } from '@latchkey/contracts'
import { generationIn } from './use-own-session.ts'

export type Verdict = ReplyOf<typeof demoRoutes.stealCookie>

/** What the owner's browser did right after its cookie was stolen. */
export interface Theft {
  verdict: Verdict
  /** The session's generation before and after the owner's next refresh. */
  from: number
  to: number
}

interface Refreshes {
  /** How many requests to refresh there were, of all clients. */
  sent: number
  /** The session's generation before the first and after the last of them. */
  from: number
  to: number
}

const callsOfEach = 5
const handRoundLimitMs = 1000

/** The access token is refused, and the call that finds out goes on by itself. */
export async function callExpired(client: AuthClientCore): Promise<Refreshes> {
  return await counting([client], async () => {
    client.expireAccessToken()
    await client.call(routes.protected)
  })
}

/** Two clients whose tokens have expired call the API ten times at once. */
export async function callFromTwoTabs(first: AuthClientCore, second: AuthClientCore): Promise<Refreshes> {
  const both = [first, second]
  await shared(first, second)
  return await counting(both, async () => {
    for (const each of both) each.expireAccessToken()
    await Promise.all(
      both.flatMap((each) => Array.from({ length: callsOfEach }, () => each.call(routes.protected))),
    )
  })
}

/** The server refreshes and its answer is lost. Resolves when the client has tried again. */
export async function loseAnswer(client: AuthClientCore): Promise<Refreshes> {
  await client.call(demoRoutes.loseAnswer)
  return await counting([client], async () => {
    const renewed = tokenAfter(client)
    await client.refresh().catch(() => undefined)
    await renewed
  })
}

/** The server shows a copy of the cookie to itself; then the owner goes on. */
export async function stealCookie(client: AuthClientCore): Promise<Theft> {
  const verdict = await client.call(demoRoutes.stealCookie)
  const { from, to } = await callExpired(client)
  return { verdict, from, to }
}

async function counting(clients: AuthClientCore[], work: () => Promise<void>): Promise<Refreshes> {
  const marks = clients.map((client) => client.getLog().at(-1)?.id ?? 0)
  await work()
  const news = clients.flatMap((client, index) =>
    client.getLog().filter(({ id, exchange }) => exchange && id > (marks[index] ?? 0)),
  )
  const sent = news.filter(({ kind }) => kind === 'refresh')
  return {
    sent: sent.length,
    from: Math.min(...sent.map(({ exchange }) => exchange?.generation ?? 0)),
    to: generationIn(news) ?? 0,
  }
}

/** Resolves when the client has another token than now, or nobody is signed in any more. */
function tokenAfter(client: AuthClientCore): Promise<void> {
  const before = tokenId(client)
  return once(client, () => tokenId(client) !== before)
}

/** Resolves when the last token of one client has reached the other, or some time later where it cannot. */
async function shared(first: AuthClientCore, second: AuthClientCore): Promise<void> {
  const isShared = () => tokenId(first) === tokenId(second)
  const limit = new Promise((resolve) => setTimeout(resolve, handRoundLimitMs))
  await Promise.race([once(first, isShared), once(second, isShared), limit])
}

function once(client: AuthClientCore, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = client.subscribe(look)
    look()

    function look() {
      if (!isSo()) return
      queueMicrotask(() => unsubscribe())
      resolve()
    }
  })
}

function tokenId(client: AuthClientCore): string | null {
  const state = client.getState()
  return state.status === 'signedIn' ? state.accessToken.claims.jti : null
}
