import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import type { StepUp } from '../src/authentication.ts'
import { contract } from '../src/route-contract.ts'
import { AuthError, answerProblems, createRoute, jsonBody, stepUpBy } from '../src/server/index.ts'

const refuse: RequestHandler = () => {
  throw new AuthError('access_token_missing')
}
const pass: RequestHandler = (_req, _res, next) => next()
const answerCode: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(400).json({ code: error.code })
}

const never = () => () => {
  throw new Error('nobody asked for step-up')
}

const secret = contract({
  method: 'GET',
  path: '/secret',
  summary: 'Behind a guard',
  requires: 'accessToken',
  status: 200,
  reply: z.object({ sub: z.string() }),
  errors: [],
})

it('the guards of a route follow from its contract', async () => {
  const router = Router()
  const route = createRoute({
    guards: { accessToken: [refuse] },
    claimsOf: () => ({ sub: 'nobody' }),
    stepUp: never,
  })
  route(router, secret, () => ({ sub: 'nobody' }))
  const response = await supertest(express().use(router, answerCode)).get('/secret')
  expect(response.body).toEqual({ code: 'access_token_missing' })
})

it('a handler gets the claims that its contract requires', async () => {
  const router = Router()
  const route = createRoute({
    guards: { accessToken: [pass] },
    claimsOf: () => ({ sub: 'ada' }),
    stepUp: never,
  })
  route(router, secret, (_, { claims }) => ({ sub: claims.sub }))
  const response = await supertest(express().use(router, answerCode)).get('/secret')
  expect(response.body).toEqual({ sub: 'ada' })
})

it('a contract whose requirement nobody enforces does not compile', () => {
  const route = createRoute({ guards: { nothing: [] }, claimsOf: () => ({ sub: 'ada' }), stepUp: never })
  // Never called: what is tested is that it does not compile.
  const mount = () =>
    // @ts-expect-error: `accessToken` has no guards here
    route(Router(), secret, () => ({ sub: 'ada' }))
  expect(mount).toBeTypeOf('function')

  const word = { ...secret, requires: 'juggler' } as const
  // @ts-expect-error: nobody has that role
  expect(() => contract(word)).not.toThrow()
})

it('input that is not as the contract says never reaches the handler', async () => {
  const router = Router()
  const route = createRoute({ guards: { nothing: [] }, claimsOf: () => null, stepUp: never })
  const echo = contract({
    method: 'POST',
    path: '/echo',
    summary: 'Says it back',
    requires: 'nothing',
    body: z.strictObject({ text: z.string() }),
    status: 200,
    reply: z.object({ text: z.string() }),
    errors: [],
  })
  route(router, echo, ({ text }) => ({ text }))
  const http = supertest(express().use(jsonBody, router, answerCode))
  expect((await http.post('/echo').send({ text: 1 })).body).toEqual({ code: 'validation_failed' })
  expect((await http.post('/echo').send({ text: 'hello' })).body).toEqual({ text: 'hello' })
})

describe('step-up', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  /** `codeAgo`: when a code was shown, where that was not the last thing. */
  const signedIn = (secondsAgo: number, acr: 'sfa' | 'mfa' = 'sfa', codeAgo = secondsAgo) => ({
    auth_time: now.getTime() / 1000 - secondsAgo,
    acr,
    mfa_time: acr === 'mfa' ? now.getTime() / 1000 - codeAgo : 0,
  })
  const answered = async (stepUp: StepUp, claims: ReturnType<typeof signedIn>) => {
    const router = Router()
    const route = createRoute({
      guards: { accessToken: [pass] },
      claimsOf: () => claims,
      stepUp: stepUpBy({ now: () => now }),
    })
    route(router, contract({ ...secret, stepUp }), () => ({ sub: 'ada' }))
    const problems = answerProblems({ isOutage: () => false })
    return await supertest(express().use(router, problems)).get('/secret')
  }

  it.each<[string, StepUp, ReturnType<typeof signedIn>]>([
    ['as lately as that', { within: '10m' }, signedIn(600)],
    ['later than our clock says', { within: '10m' }, signedIn(-30)],
    ['by several factors, however long ago', { acr: 'mfa' }, signedIn(86_400, 'mfa')],
    ['lately and by several', { within: '1h', acr: 'mfa' }, signedIn(3600, 'mfa')],
  ])('whoever signed in %s is let in', async (_, stepUp, claims) => {
    expect((await answered(stepUp, claims)).status).toBe(200)
  })

  it.each<[string, StepUp, ReturnType<typeof signedIn>, object, RegExp]>([
    ['too long ago', { within: '10m' }, signedIn(601), { maxAgeSeconds: 600 }, /, max_age="600"$/],
    ['by one factor', { acr: 'mfa' }, signedIn(0), { acr: 'mfa' }, /", acr_values="mfa"$/],
    [
      'lately, by one factor',
      { within: '30s', acr: 'mfa' },
      signedIn(0),
      { maxAgeSeconds: 30, acr: 'mfa' },
      /, max_age="30", acr_values="mfa"$/,
    ],
    [
      'by several too long ago, and by a password lately',
      { within: '1h', acr: 'mfa' },
      signedIn(0, 'mfa', 3601),
      { maxAgeSeconds: 3600, acr: 'mfa' },
      /, max_age="3600", acr_values="mfa"$/,
    ],
    [
      'by several, too long ago',
      { within: '1h', acr: 'mfa' },
      signedIn(3601, 'mfa'),
      { maxAgeSeconds: 3600, acr: 'mfa' },
      /, max_age="3600", acr_values="mfa"$/,
    ],
  ])('whoever signed in %s is told what would do', async (_, stepUp, claims, demand, challenge) => {
    const refused = await answered(stepUp, claims)
    expect(refused.status).toBe(401)
    expect(refused.body).toMatchObject({ code: 'step_up_required', stepUp: demand })
    expect(refused.headers['www-authenticate']).toMatch(
      /^Bearer realm="latchkey", error="insufficient_user_authentication", /,
    )
    expect(refused.headers['www-authenticate']).toMatch(challenge)
  })

  it('a contract that asks it of callers without a token does not compile', () => {
    const open = { ...secret, requires: 'nothing', stepUp: { within: '10m' } } as const
    // @ts-expect-error: nobody has signed in
    expect(contract(open)).toBe(open)
    // @ts-expect-error: asks for nothing
    expect(contract({ ...secret, stepUp: {} })).toBeTypeOf('object')
  })
})
