type Write = (facts: object, message: string) => void

/** Where background work reports. A pino logger, or anything with the same methods. */
export interface Log {
  debug: Write
  info: Write
  warn: Write
  error: Write
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
