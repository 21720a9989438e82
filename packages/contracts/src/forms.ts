// For pages that load their schemas after the form is shown.
export { LoginBodySchema, RegisterBodySchema } from './bodies.ts'
export { passwordPolicy } from './password-policy.ts'
