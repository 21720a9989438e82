import { passwordLength, routes } from '@latchkey/contracts'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { PasswordPolicy } from './password-policy.ts'

/** Tells pages how long a new password must be. Needs no database. */
export function passwordPolicyRoutes({
  passwordPolicy,
  route,
}: {
  passwordPolicy: PasswordPolicy
  route: ApiRoute
}): Router {
  const router = Router()

  route(router, routes.passwordPolicy, () => ({
    minLength: passwordPolicy.minLength,
    maxLength: passwordLength.max,
  }))

  return router
}
