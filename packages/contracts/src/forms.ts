// What a page with a form may load after it is shown: the schemas, and what they bring along.
export { LoginBodySchema, RegisterBodySchema } from './bodies.ts'
export { passwordPolicy } from './password-policy.ts'
