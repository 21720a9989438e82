type Write = (facts: object, message: string) => void

/** Where what happens in the background is told: pino's, or anything like it. */
export interface Log {
  debug: Write
  info: Write
  warn: Write
  error: Write
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
