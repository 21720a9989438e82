import { useSyncExternalStore } from 'react'

/** `back`: for a moment, after it was lost. */
export type ConnectionState = 'fine' | 'lost' | 'back'

const backMs = 5000
const askLimitMs = 5000
const pausesMs = [2000, 4000, 8000, 15_000, 30_000]

let state: ConnectionState = 'fine'
let isLooking = false
let pauses = 0
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

/**
 * Whether the server can be reached, as requests have shown it. What the browser says of being online is only a reason to
 * ask: it knows of networks and not of servers, least of all of one on this machine.
 */
export const connection = {
  /** What became of a request: any answer is one, whatever it says. */
  heard(isAnswered: boolean) {
    if (!isAnswered) {
      if (state !== 'lost') void look()
      return
    }
    clearTimeout(timer)
    pauses = 0
    if (state === 'fine') return
    become('back')
    timer = setTimeout(() => become('fine'), backMs)
  },

  /** Asks the server. */
  async reaches(): Promise<boolean> {
    try {
      await fetch('/api/health/live', { cache: 'no-store', signal: AbortSignal.timeout(askLimitMs) })
      return true
    } catch {
      return false
    }
  },

  /** From then on, the browser's hints are followed. */
  watch() {
    const look = () => void lookAgain()
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    document.addEventListener('visibilitychange', () => {
      if (state === 'lost' && document.visibilityState === 'visible') look()
    })
  },
}

export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    subscribe,
    () => state,
    () => 'fine',
  )
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function become(next: ConnectionState) {
  state = next
  for (const listener of [...listeners]) listener()
}

function lookAgain() {
  pauses = 0
  return look()
}

async function look() {
  if (isLooking) return
  isLooking = true
  const isThere = await connection.reaches()
  isLooking = false
  if (isThere) return connection.heard(true)
  if (state !== 'lost') become('lost')
  clearTimeout(timer)
  timer = setTimeout(look, pausesMs[Math.min(pauses, pausesMs.length - 1)])
  pauses += 1
}
