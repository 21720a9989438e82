/** Requests without a pause, so many in flight at a time, until it is stopped. */
export interface Flood {
  /** How often each status was answered so far. */
  statuses: Record<number, number>
  /** Resolves when everything in flight is answered. */
  stop(): Promise<void>
}

export function flood(inFlight: number, ask: (turn: number) => Promise<{ status: number }>): Flood {
  const statuses: Record<number, number> = {}
  let going = true
  let turn = 0
  const client = async () => {
    while (going) {
      const { status } = await ask(turn++)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  const clients = Promise.all(Array.from({ length: inFlight }, client))
  // Whoever awaits `stop` hears of a failure; nobody before.
  clients.catch(() => {})
  return {
    statuses,
    async stop() {
      going = false
      await clients
    },
  }
}

export interface JsonRequest {
  from?: string
  token?: string
  cookie?: string
  body?: object
  method?: string
}

/** A request whose body is read to its end, by a client that is cheap enough to make many. */
export async function ask(url: string, { from, token, cookie, body, method = 'POST' }: JsonRequest) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(from && { 'X-Forwarded-For': from }),
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(cookie && { Cookie: cookie }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
