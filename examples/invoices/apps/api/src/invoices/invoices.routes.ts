import { type Role, routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { Invoices } from './invoices.service.ts'

interface Collaborators {
  route: ApiRoute
  invoices: Invoices
}

const seesAll = ({ roles }: { roles: readonly Role[] }) =>
  roles.includes('accountant') || roles.includes('admin')

export function invoiceRoutes({ route, invoices }: Collaborators): Router {
  const router = Router()

  route(router, routes.invoices, async (_, { claims }) => ({
    invoices: await invoices.list(seesAll(claims) ? null : claims.sub),
  }))

  route(router, routes.addInvoice, async (body, { claims }) => ({
    invoice: await invoices.add(claims.sub, body),
  }))

  route(router, routes.deleteInvoice, async (_, { claims, params }) => {
    const writer = claims.roles.includes('admin') ? null : claims.sub
    if (!(await invoices.delete(params.id, writer))) throw new AuthError('not_found')
    return null
  })

  return router
}
