import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import supertest from 'supertest'
import { expect, it } from 'vitest'
import * as z from 'zod/mini'
import { contract } from '../src/route-contract.ts'
import { AuthError, createRoute, jsonBody } from '../src/server/index.ts'

const refuse: RequestHandler = () => {
  throw new AuthError('access_token_missing')
}
const pass: RequestHandler = (_req, _res, next) => next()
const answerCode: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(400).json({ code: error.code })
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
  const route = createRoute({ accessToken: [refuse] }, () => ({ sub: 'nobody' }))
  route(router, secret, () => ({ sub: 'nobody' }))
  const response = await supertest(express().use(router, answerCode)).get('/secret')
  expect(response.body).toEqual({ code: 'access_token_missing' })
})

it('a handler gets the claims that its contract requires', async () => {
  const router = Router()
  const route = createRoute({ accessToken: [pass] }, () => ({ sub: 'ada' }))
  route(router, secret, (_, { claims }) => ({ sub: claims.sub }))
  const response = await supertest(express().use(router, answerCode)).get('/secret')
  expect(response.body).toEqual({ sub: 'ada' })
})

it('a contract whose requirement nobody enforces does not compile', () => {
  const route = createRoute({ nothing: [] }, () => ({ sub: 'ada' }))
  // Never called: what is tested is that it does not compile.
  const mount = () =>
    // @ts-expect-error: `accessToken` has no guards here
    route(Router(), secret, () => ({ sub: 'ada' }))
  expect(mount).toBeTypeOf('function')

  const word = { ...secret, requires: 'editor' } as const
  // @ts-expect-error: `editor` is no requirement yet
  expect(() => contract(word)).not.toThrow()
})

it('input that is not as the contract says never reaches the handler', async () => {
  const router = Router()
  const route = createRoute({ nothing: [] }, () => null)
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
