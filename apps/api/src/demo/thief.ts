import { apiPrefix, errorCodes, routes } from '@latchkey/contracts'
import type { Request } from 'express'
import * as z from 'zod'

const userAgent = 'curl/8.5.0'

const ProblemSchema = z.object({ code: z.enum(errorCodes), detail: z.string() })

interface Sessions {
  refreshTokens: { read(token: string): { sessionId: string } }
}

interface CopiedCookie {
  name: string
  value: string
}

/**
 * The two cookies of one session, as its browser has just sent them; empty if it sent no token of it. The device cookie
 * stays: with it this would look like a browser that lost its key.
 */
export function copiedCookies(req: Request, sessionId: string, { refreshTokens }: Sessions): CopiedCookie[] {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => {
    const [name = '', value = ''] = pair.trim().split('=', 2)
    return { name, value }
  })
  const token = pairs.find(({ value }) => isTokenOf(value))
  if (!token) return []
  return [token, ...pairs.filter(({ value }) => value.startsWith(`${sessionId}.`)).slice(0, 1)]

  function isTokenOf(value: string): boolean {
    try {
      return refreshTokens.read(value).sessionId === sessionId
    } catch {
      return false
    }
  }
}

/** Sends a real request, as anybody could who has the cookies and nothing else. Resolves with the verdict. */
export async function showCopy(origin: string, copied: readonly CopiedCookie[], traceparent: string) {
  const answer = await fetch(`${origin}${apiPrefix}${routes.refreshToken.path}`, {
    method: 'POST',
    headers: {
      cookie: copied.map(({ name, value }) => `${name}=${value}`).join('; '),
      'user-agent': userAgent,
      traceparent,
    },
  })
  const problem = ProblemSchema.safeParse(await answer.json().catch(() => null)).data
  return {
    userAgent,
    cookies: copied.map(({ name }) => name),
    status: answer.status,
    code: problem?.code ?? null,
    detail: problem?.detail ?? null,
    cookiesSet: answer.headers.getSetCookie().length,
  }
}
