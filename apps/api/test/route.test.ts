import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { expect, it } from 'vitest'
import { route } from '../src/http/route.ts'

it('a route that requires an access token cannot be mounted without the guard for it', () => {
  expect(() => route(Router(), routes.me, [], () => null as never)).toThrow(
    'GET /me requires an access token and is mounted without authenticate.',
  )
  expect(() => route(Router(), routes.healthLive, [], () => ({ status: 'live' as const }))).not.toThrow()
})
