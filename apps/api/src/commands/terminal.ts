import { createInterface } from 'node:readline/promises'
import { type Clock, systemClock } from '@latchkey/contracts/server'
import type { Config } from '../config.ts'
import { configOf, type HowToOpen, type OpenServices, openServices } from './open-services.ts'

/** Where a command is called from. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Whether somebody sits at it who can be asked. */
  interactive: boolean
  /** Whether a line of `err` can be written over. */
  overwrites: boolean
  ask(question: string): Promise<string>
  /** What comes on stdin. */
  input(): AsyncIterable<Buffer>
  /** From now on an interruption aborts this, instead of ending the process. */
  interruption(): AbortSignal
  clock: Clock
  environment: Record<string, string | undefined>
  /** Throws ConfigError. */
  readConfig(): Config
  openServices(how: HowToOpen): Promise<OpenServices>
}

/** The one of this process. */
export const processTerminal = (): Terminal => ({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stdin.isTTY === true,
  overwrites: process.stderr.isTTY === true,
  async ask(question) {
    const asking = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return await asking.question(question)
    } finally {
      asking.close()
    }
  },
  input: () => process.stdin,
  interruption() {
    const stopping = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
    return stopping.signal
  },
  clock: systemClock,
  environment: process.env,
  readConfig: () => configOf(process.env),
  openServices: (how) => openServices(process.env, how),
})
