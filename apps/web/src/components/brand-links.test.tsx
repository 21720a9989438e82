import { brand } from '@latchkey/brand'
import { screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { anonymous, fakeAuthClient } from '../../test/fake-auth-client.ts'
import { renderApp } from '../../test/render-app.tsx'

const before = { ...brand.links }
afterEach(() => {
  for (const which of ['help', 'privacy', 'imprint'] as const) delete brand.links[which]
  Object.assign(brand.links, before)
})

it('the entrance leads to what the brand has beside it, and to nothing else', async () => {
  Object.assign(brand.links, { help: undefined, privacy: 'https://example.com/privacy', imprint: undefined })
  renderApp(fakeAuthClient(anonymous), '/login')
  expect(await screen.findByRole('link', { name: 'Privacy' })).toHaveAttribute(
    'href',
    'https://example.com/privacy',
  )
  expect(screen.queryByRole('link', { name: 'Help' })).toBeNull()
  expect(screen.queryByRole('link', { name: 'Imprint' })).toBeNull()
})
