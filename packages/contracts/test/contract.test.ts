import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod/mini'
import { contract } from '../src/index.ts'

const shared = {
  method: 'POST',
  summary: '',
  requires: 'nothing',
  status: 200,
  reply: null,
  errors: [],
} as const

describe('a contract', () => {
  it('has a schema for exactly the parameters of its path', () => {
    const id = z.object({ id: z.string() })
    const both = z.object({ id: z.string(), sessionId: z.string() })
    expectTypeOf(contract({ ...shared, path: '/a/:id', params: id }).path).toEqualTypeOf<'/a/:id'>()
    contract({ ...shared, path: '/a/:id/b/:sessionId', params: both })
    contract({ ...shared, path: '/a/:id-:sessionId.json', params: both })
    // @ts-expect-error no schema
    contract({ ...shared, path: '/a/:id' })
    // @ts-expect-error a schema of one of two
    contract({ ...shared, path: '/a/:id/b/:sessionId', params: id })
    // @ts-expect-error a schema of more than the path has
    contract({ ...shared, path: '/a/:id', params: both })
    // @ts-expect-error a schema of another name
    contract({ ...shared, path: '/a/:sid', params: id })
    // @ts-expect-error a schema for a path without parameters
    contract({ ...shared, path: '/a', params: id })
  })
})
