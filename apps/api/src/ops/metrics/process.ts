import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Metrics } from './registry.ts'

const resolutionMs = 20

/**
 * Of the process, under the names that prom-client itself gives them. What its own collection has beyond these costs all the
 * time (garbage collections), or the more the more is going on (handles). Returns how to stop.
 */
export function processMetrics({ gauge, total }: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  // The first that is asked for reads all three, so that they are of the same time.
  let lag = { p50: 0, p99: 0 }
  gauge(
    'nodejs_eventloop_lag_max_seconds',
    'The longest delay of the event loop since the last scrape',
    () => {
      lag = { p50: delays.percentile(50), p99: delays.percentile(99) }
      const { max } = delays
      delays.reset()
      return delayOf(max)
    },
  )
  gauge('nodejs_eventloop_lag_p50_seconds', 'The median of the same', () => delayOf(lag.p50))
  gauge('nodejs_eventloop_lag_p99_seconds', 'Its 99th percentile', () => delayOf(lag.p99))

  total('process_cpu_seconds_total', 'Processor time of all threads, of the system and for it', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  gauge('process_resident_memory_bytes', 'What the system shows as held', () => process.memoryUsage.rss())
  gauge('nodejs_heap_size_used_bytes', 'What JavaScript objects take', () => process.memoryUsage().heapUsed)
  const startedAt = Date.now() / 1000 - process.uptime()
  gauge('process_start_time_seconds', 'When it began, in seconds since 1970', () => startedAt)
  return () => void delays.disable()
}

/** A sample is the time between two looks, in nanoseconds: what is beyond the interval is the delay. */
const delayOf = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000)
