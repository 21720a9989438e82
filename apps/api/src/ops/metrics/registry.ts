import type { Counter, Histogram } from 'prom-client'

type Library = typeof import('prom-client')

/** One value, or one for each value of a label; of the latter null: nobody knows. */
type Reading = number | Readonly<Record<string, number>> | null

interface HistogramDescription {
  labels: readonly string[]
  /** Upper bounds in seconds, ascending. */
  bounds: readonly number[]
}

/** The observations of one combination of labels. */
export interface Series {
  observe(seconds: number): void
}

export type Metrics = ReturnType<typeof createRegistry>

/** The kinds of metrics there are, and what a scrape reads of them. */
export function createRegistry({ Registry, Counter, Gauge }: Library) {
  const registry = new Registry()
  const registers = [registry]

  return {
    contentType: registry.contentType,

    /** All metrics in Prometheus' text format. */
    text: () => registry.metrics(),

    /**
     * What has happened so far, by one label. Each of `values` is 0 until it happens, so that the first time shows as an
     * increase.
     */
    counter<Label extends string>(
      name: string,
      help: string,
      label: Label,
      values: readonly string[] = [],
    ): Counter<Label> {
      const counter = new Counter({ name, help, labelNames: [label], registers })
      for (const value of values) counter.inc({ [label]: value } as Record<Label, string>, 0)
      return counter
    },

    /** A number that only rises, and that somebody else keeps: read when it is asked for. */
    total(name: string, help: string, read: () => number): void {
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset()
          this.inc(read())
        },
      })
    },

    /** How something stands: read when it is asked for. What cannot be read is left out. */
    gauge(name: string, help: string, read: () => Reading | Promise<Reading>, label = ''): void {
      new Gauge({
        name,
        help,
        labelNames: label === '' ? [] : [label],
        registers,
        async collect() {
          const reading = await read()
          this.reset()
          if (typeof reading === 'number') this.set(reading)
          else
            for (const [value, number] of Object.entries(reading ?? {})) this.set({ [label]: value }, number)
        },
      })
    },

    /**
     * Durations. An observation costs some 20 ns rather than the library's microsecond, which would be a thirtieth of a
     * protected request: whoever observes holds the series of its labels. They become samples when they are asked for.
     */
    histogram(name: string, help: string, { labels, bounds }: HistogramDescription) {
      const all: { labels: Record<string, string>; counts: number[]; sum: number }[] = []
      // All that a registry asks of a metric is its name and what it has.
      const get = async () => ({ name, help, type: 'histogram', values: all.flatMap(samples) })
      registry.registerMetric({ name, get } as unknown as Histogram)

      /** A new series, to be asked for once and kept. The values are those of `labels`, in their order. */
      return (...values: string[]): Series => {
        const named = Object.fromEntries(labels.map((label, i) => [label, values[i] ?? '']))
        const series = { labels: named, counts: [...bounds.map(() => 0), 0], sum: 0 }
        const { counts } = series
        all.push(series)
        return {
          observe(seconds) {
            let slot = 0
            while (slot < bounds.length && seconds > (bounds[slot] as number)) slot++
            counts[slot] = (counts[slot] as number) + 1
            series.sum += seconds
          },
        }
      }

      function samples({ labels, counts, sum }: (typeof all)[number]) {
        let total = 0
        const buckets = counts.map((count, slot) => {
          total += count
          const le = bounds[slot] ?? '+Inf'
          return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total }
        })
        return [
          ...buckets,
          { metricName: `${name}_sum`, labels, value: sum },
          { metricName: `${name}_count`, labels, value: total },
        ]
      }
    },
  }
}
