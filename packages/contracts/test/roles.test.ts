import { expect, it } from 'vitest'
import { contract, type Role, specialRoles, UserSchema } from '../src/index.ts'
import { createSchemas } from '../src/server/openapi/schemas.ts'

const ada = {
  id: '665f1c2ab7e4a1d3c0ffee01',
  username: 'ada',
  email: 'ada@example.com',
  emailVerified: true,
  createdAt: '2025-03-14T09:26:53.000Z',
}

it('that are of another version are left out', () => {
  expect(UserSchema.parse({ ...ada, roles: ['juggler', 'user', 'admin'] }).roles).toEqual(['user', 'admin'])
  expect(UserSchema.safeParse({ ...ada, roles: 'admin' }).success).toBe(false)
  expect(UserSchema.safeParse({ ...ada, roles: [7] }).success).toBe(false)
})

it('stand in the document, each by its name', () => {
  const { components, ofOutput } = createSchemas()
  ofOutput(UserSchema)
  expect(components.User?.properties?.roles).toEqual({
    type: 'array',
    items: { type: 'string', enum: ['user', ...specialRoles] },
  })
})

const shared = { method: 'GET', path: '/juggle', summary: '', status: 200, reply: null, errors: [] } as const

it('that nobody has do not compile', () => {
  for (const role of specialRoles) expect(contract({ ...shared, requires: role }).requires).toBe(role)
  // Never called: what is tested is that they do not compile.
  const never = [
    // @ts-expect-error: there is no such role
    () => contract({ ...shared, requires: 'juggler' }),
    // @ts-expect-error: everybody who is signed in has it, which is `accessToken`
    () => contract({ ...shared, requires: 'user' }),
    // @ts-expect-error: there is no such role
    (): Role => 'juggler',
  ]
  expect(never).toHaveLength(3)
})
