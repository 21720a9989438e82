import express, { type RequestHandler } from 'express'
import { AuthError } from './auth-error.ts'
import { sendProblem } from './problem.ts'

const limit = 16 * 1024
const form = 'application/x-www-form-urlencoded'
const json = 'application/json'

/** Accepts only JSON. Any site could make a browser send a form, so a form is a 415. */
export const jsonBody: RequestHandler[] = [
  limitLength(),
  refuseOther([json]),
  express.json({ limit, inflate: false }),
]

/**
 * JSON or a form, for OAuth clients (RFC 6749 §4.1.3). A parameter that is sent twice becomes an array and is refused
 * later.
 */
export const formOrJsonBody: RequestHandler[] = [
  limitLength(),
  refuseOther([json, form]),
  express.json({ limit, inflate: false }),
  express.urlencoded({ limit, inflate: false, extended: false, parameterLimit: 32 }),
]

/**
 * Answers 413 as soon as a body is known to be too large. The parsers alone would first read it to its end, however
 * slowly it is sent.
 */
function limitLength(): RequestHandler {
  return (req, res, next) => {
    if (Number(req.headers['content-length'] ?? 0) > limit) throw new AuthError('payload_too_large')
    if (req.headers['transfer-encoding'] !== undefined) {
      let received = 0
      req.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received > limit && !res.headersSent) sendProblem(res, new AuthError('payload_too_large'))
      })
    }
    next()
  }
}

function refuseOther(types: string[]): RequestHandler {
  return (req, _res, next) => {
    // `is` returns null when there is no body. A POST without a body may still say `Content-Length: 0`.
    if (req.is(types) !== false || req.headers['content-length'] === '0') return next()
    if (req.headers['content-type'] !== undefined || req.headers['transfer-encoding'] === undefined)
      throw new AuthError('unsupported_media_type')
    // Proxies may send an empty body in chunks. Whether it is empty shows only when data arrives or it ends.
    const onData = () => settle(new AuthError('unsupported_media_type'))
    const onEnd = () => settle()
    const settle = (error?: AuthError) => {
      req.off('data', onData).off('end', onEnd)
      next(error)
    }
    req.once('data', onData).once('end', onEnd)
  }
}
