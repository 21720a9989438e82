// For pages that load their schemas after the form is shown.
export { EnrolBodySchema, FactorBodySchema, LoginBodySchema, RegisterBodySchema } from './bodies.ts'
export { passwordPolicy } from './password-policy.ts'
