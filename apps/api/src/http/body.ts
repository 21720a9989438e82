import express, { type RequestHandler } from 'express'
import { AuthError } from '../auth-error.ts'

const limit = '16kb'

/** JSON, and nothing but JSON: a form, which any site could send, is a 415. */
export const jsonBody: RequestHandler[] = [refuseOther(['application/json']), express.json({ limit })]

/** JSON or a form, for OAuth clients (RFC 6749 §4.1.3). A parameter that is sent twice becomes an array: refused later. */
export const oauthBody: RequestHandler[] = [
  refuseOther(['application/json', 'application/x-www-form-urlencoded']),
  express.json({ limit }),
  express.urlencoded({ limit, extended: false, parameterLimit: 32 }),
]

function refuseOther(types: string[]): RequestHandler {
  return (req, _res, next) => {
    // `is` answers null when there is no body at all.
    if (req.is(types) === false && hasContent(req.headers)) throw new AuthError('unsupported_media_type')
    next()
  }
}

/** A POST without a body may still say `Content-Length: 0`. */
const hasContent = (headers: NodeJS.Dict<string | string[]>) => headers['content-length'] !== '0'
