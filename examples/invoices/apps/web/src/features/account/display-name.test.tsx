import { routes, type User } from '@latchkey/contracts'
import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { ada, fakeAuthClient, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

const { displayName: _, ...before } = ada
/** As a tab or a server of the version before says it. */
const older = before as User

it('somebody says what they are called, on the account page', async () => {
  const client = fakeAuthClient(signedIn({ user: older }))
  client.answer(routes.me, () => ({ user: older }))
  client.answer(routes.updateMe, (options) => ({ user: { ...ada, ...(options?.body as object) } }))
  const { user } = renderApp(client, '/account')
  expect(await screen.findByText('Not given')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Change: Display name' }))
  const input = screen.getByLabelText('Display name')
  expect(input).toHaveFocus()
  await user.type(input, 'x'.repeat(61))
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('A name can have at most 60 characters.')).toBeVisible()
  await user.clear(input)
  await user.type(input, 'Ada Lovelace')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('Display name: saved.')).toBeVisible()
  expect(screen.getByText('Ada Lovelace')).toBeVisible()
  expect(client.call).toHaveBeenCalledWith(routes.updateMe, { body: { displayName: 'Ada Lovelace' } })
})

it('administrators see it', async () => {
  const boss = signedIn({ user: { ...ada, id: 'boss', roles: ['user', 'admin'] } })
  const client = fakeAuthClient(boss)
  const managed = { ...ada, disabled: false, sessionCount: 0, lastSeenAt: null, displayName: 'Ada Lovelace' }
  client.answer(routes.inspectUser, () => ({ user: managed, sessions: [] }))
  renderApp(client, '/admin/users/1')
  expect(await screen.findByText('Ada Lovelace')).toBeVisible()
  expect(screen.getByText('Display name')).toBeVisible()
})
