import { answerProblems, jsonBody } from '@latchkey/contracts/server'
import express, { Router } from 'express'
import supertest from 'supertest'
import { expect, it } from 'vitest'
import { type Invoice, routes } from '../../../packages/contracts/test/own-contract.ts'
import type { ApiRoute } from '../src/guards.ts'
import { apiForTest } from './support/api.ts'
import { registered } from './support/people.ts'

interface Collaborators {
  route: ApiRoute
  invoices: {
    of(userId: string, until?: string): Promise<Invoice[]>
    add(userId: string, invoice: Omit<Invoice, 'id'>): Promise<Invoice>
  }
}

export function invoiceRoutes({ route, invoices }: Collaborators): Router {
  const router = Router()

  route(router, routes.invoices, async (_, { claims, query }) => ({
    invoices: await invoices.of(claims.sub, query.until),
  }))

  route(router, routes.addInvoice, async (body, { claims }) => ({
    invoice: await invoices.add(claims.sub, body),
  }))

  return router
}

it('a route of one’s own has its guard, its body and its refusals from the contract', async () => {
  const api = await apiForTest()
  const { body } = await registered(api)
  const kept: (Invoice & { userId: string })[] = []
  const invoices = {
    of: async (userId: string, until = '9999-12-31') =>
      kept.filter((each) => each.userId === userId && each.due <= until),
    async add(userId: string, invoice: Omit<Invoice, 'id'>) {
      const added = { ...invoice, id: String(kept.length), userId }
      kept.push(added)
      return added
    },
  }
  const app = express().use(jsonBody, invoiceRoutes({ ...api.services, invoices }))
  app.use(answerProblems({ isOutage: () => false, onFault: (_, error) => expect.fail(String(error)) }))
  const http = supertest(app)
  const as = { Authorization: `Bearer ${body.accessToken}` }

  expect((await http.get('/invoices')).body.code).toBe('access_token_missing')
  const refused = await http.post('/invoices').set(as).send({ amount: '0', due: 'tomorrow' })
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [
      {
        path: 'amount',
        code: 'number_small',
        limit: 0.01,
        message: 'The number must be at least 0.01.',
      },
      expect.objectContaining({ path: 'due', code: 'date_malformed' }),
    ],
  ])
  const added = await http.post('/invoices').set(as).send({ amount: '12.50', due: '2026-12-01' })
  expect([added.status, added.body.invoice]).toMatchObject([201, { amount: 12.5, due: '2026-12-01' }])
  for (const question of ['', '?until=', '?until=2026-12-01'])
    expect((await http.get(`/invoices${question}`).set(as)).body.invoices).toEqual([added.body.invoice])
  expect((await http.get('/invoices?until=2026-11-30').set(as)).body.invoices).toEqual([])
  expect((await http.get('/invoices?until=soon').set(as)).body.errors).toMatchObject([
    { path: 'until', code: 'date_malformed' },
  ])
})
