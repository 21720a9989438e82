import { type Invoice, routes } from '@latchkey/contracts'
import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { inGerman } from '../../../test/in-german.ts'
import { renderApp } from '../../../test/render-app.tsx'

const invoice = (overrides: Partial<Invoice> = {}): Invoice => ({
  id: '1',
  userId: ada.id,
  author: 'ada',
  customer: 'Babbage & Co',
  amount: 12.5,
  due: '2026-12-01',
  ...overrides,
})

function open(invoices: Invoice[], session = signedIn()) {
  const client = fakeAuthClient(session)
  client.answer(routes.invoices, () => ({ invoices: [...invoices] }))
  return { client, ...renderApp(client, '/invoices') }
}

it('is found in the navigation, and says where there are no invoices', async () => {
  open([])
  expect(await screen.findByText('There are no invoices yet.')).toBeVisible()
  expect(screen.getByRole('link', { name: 'Invoices' })).toHaveAttribute('aria-current', 'page')
})

it('writes one, and is ready for the next', async () => {
  const invoices: Invoice[] = []
  const { client, user } = open(invoices)
  client.answer(routes.addInvoice, () => {
    invoices.push(invoice())
    return { invoice: invoice() }
  })
  const customer = await screen.findByLabelText('Customer')
  await user.click(screen.getByRole('button', { name: 'Add' }))
  expect(await screen.findByText('Enter a number.')).toBeVisible()
  await user.type(customer, 'Babbage & Co')
  await user.type(screen.getByLabelText('Amount'), '12.50')
  await user.type(screen.getByLabelText('Due'), '2026-12-01')
  await user.click(screen.getByRole('button', { name: 'Add' }))
  expect(await screen.findByRole('heading', { name: 'Babbage & Co' })).toBeVisible()
  expect(client.call).toHaveBeenCalledWith(routes.addInvoice, {
    body: { customer: 'Babbage & Co', amount: 12.5, due: '2026-12-01' },
  })
  await expect.poll(() => customer).toHaveFocus()
  expect(customer).toHaveValue('')
})

it('deletes one once that is confirmed', async () => {
  const { client, user } = open([invoice(), invoice({ id: '2', customer: 'Menabrea' })])
  client.answer(routes.deleteInvoice, () => null)
  await user.click(await screen.findByRole('button', { name: 'Delete the invoice for Menabrea' }))
  expect(client.call).not.toHaveBeenCalledWith(routes.deleteInvoice, expect.anything())
  await user.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Delete' }))
  expect(await screen.findByText('The invoice for Menabrea has been deleted.')).toBeVisible()
  expect(screen.queryByRole('heading', { name: 'Menabrea' })).not.toBeInTheDocument()
  expect(client.call).toHaveBeenCalledWith(routes.deleteInvoice, { params: { id: '2' } })
})

it('shows whose they are to accountants, who delete none of others; administrators do', async () => {
  const others = [invoice({ userId: 'grace', author: 'Grace Hopper' })]
  const as = (role: 'accountant' | 'admin') => signedIn({ user: { ...ada, roles: ['user', role] } })
  const { client } = open(others, as('accountant'))
  expect(await screen.findByText(/by Grace Hopper/)).toBeVisible()
  expect(screen.queryByRole('button', { name: /^Delete/ })).not.toBeInTheDocument()
  client.become(as('admin'))
  expect(await screen.findByRole('button', { name: /^Delete/ })).toBeVisible()
})

it('says what went wrong, and tries again', async () => {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.invoices, () => {
    throw refusal('database_unavailable', { status: 503 })
  })
  const { user } = renderApp(client, '/invoices')
  const retry = await screen.findByRole('button', { name: 'Try again' })
  client.answer(routes.invoices, () => ({ invoices: [invoice()] }))
  await user.click(retry)
  expect(await screen.findByRole('heading', { name: 'Babbage & Co' })).toBeVisible()
})

it('speaks German', async () => {
  await inGerman()
  open([invoice()])
  expect(await screen.findByRole('heading', { name: 'Rechnungen' })).toBeVisible()
  expect(await screen.findByText(/12,50 · fällig am 01\.12\.2026/)).toBeVisible()
})
