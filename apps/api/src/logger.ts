import pino, { type Logger } from 'pino'
import type { Config } from './config.ts'
import { inSource } from './source-places.ts'

/**
 * Headers and fields that could sign somebody in. Requests are logged without headers; this covers all other log
 * lines.
 */
const secrets = [
  'authorization',
  'cookie',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'refresh_token',
]

/** Structured lines on standard output. On a developer's terminal, readable ones. */
export const createLogger = ({ level, pretty }: Config['log']): Logger =>
  pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: inSourcePlaces },
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    ...(pretty && {
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } },
    }),
  })

function inSourcePlaces(error: Error) {
  const told = pino.stdSerializers.err(error)
  if (typeof told?.stack === 'string') told.stack = inSource(told.stack)
  return told
}
