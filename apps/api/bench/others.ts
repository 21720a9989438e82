import { execFileSync } from 'node:child_process'

/** A process that is not the benchmark's, and how much of a core it took. */
export interface Other {
  name: string
  cores: number
}

/** Less is every machine's own noise. */
const worthNaming = 0.01

interface Process {
  pid: number
  parent: number
  seconds: number
  name: string
}

/**
 * Watches what else runs on the machine, from now on. It sees what is there when it looks: whatever came and went between two
 * looks is not named.
 */
export function watchOthers() {
  const startedAt = performance.now()
  const before = new Map(processes().map(({ pid, seconds }) => [pid, seconds]))
  const taken = new Map<number, Process>()

  return {
    look(): void {
      const now = processes()
      const own = familyOf(process.pid, now)
      for (const each of now)
        if (!own.has(each.pid))
          taken.set(each.pid, { ...each, seconds: each.seconds - (before.get(each.pid) ?? 0) })
    },

    /** The busiest first; those of one name together. */
    named(): Other[] {
      const elapsed = (performance.now() - startedAt) / 1000
      const cores = new Map<string, number>()
      for (const { name, seconds } of taken.values())
        cores.set(name, (cores.get(name) ?? 0) + seconds / elapsed)
      return [...cores]
        .map(([name, share]) => ({ name, cores: Number(share.toFixed(2)) }))
        .filter((other) => other.cores >= worthNaming)
        .sort((a, b) => b.cores - a.cores)
    },
  }
}

/** The process, all that it started, and those that wait for it: pnpm and the shell. */
function familyOf(pid: number, all: Process[]): Set<number> {
  const parents = new Map(all.map((each) => [each.pid, each.parent]))
  const ancestry = (of: number): number[] => {
    const parent = parents.get(of)
    return parent ? [of, ...ancestry(parent)] : [of]
  }
  const waiting = ancestry(pid)
  return new Set([...waiting, ...all.map((each) => each.pid).filter((each) => ancestry(each).includes(pid))])
}

/** Empty where there is no `ps`, as on Windows. */
function processes(): Process[] {
  let listed: string
  try {
    listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,time=,comm='], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return []
  }
  return listed.split('\n').flatMap((line) => {
    const [, pid, parent, time = '', path = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    return pid
      ? [
          {
            pid: Number(pid),
            parent: Number(parent),
            seconds: secondsIn(time),
            name: path.split('/').at(-1) ?? path,
          },
        ]
      : []
  })
}

/** `1-02:03:04` on Linux, `3:04.05` on macOS. */
function secondsIn(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse()
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400
}
