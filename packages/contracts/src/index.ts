export * from './account.ts'
export * from './account-bounds.ts'
export * from './authentication.ts'
export * from './bodies.ts'
export * from './complaints.ts'
export * from './demo.ts'
export * from './development.ts'
export * from './device-names.ts'
export * from './email-address.ts'
export * from './errors.ts'
export * from './factors.ts'
export * from './fields.ts'
export * from './languages.ts'
export * from './own-field-values.ts'
export * from './passkeys.ts'
export { passwordPolicy } from './password-policy.ts'
export {
  isRole,
  ownRoles,
  type Role,
  roles,
  type SpecialRole,
  specialRoles,
} from './roles.ts'
export type { CallOf } from './route-call.ts'
export * from './route-contract.ts'
export * from './routes.ts'
export * from './sessions.ts'
export * from './tokens.ts'
export * from './users.ts'
