import { AuthProvider, useAuthClient } from '@latchkey/react'
import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it } from 'vitest'
import { InvoiceBodySchema, routes } from '../../../../packages/contracts/test/own-contract.ts'
import { fakeAuthClient, signedIn } from '../../test/fake-auth-client.ts'
import { Button } from './button.tsx'
import { FailureAlert } from './failure-alert.tsx'
import { Field } from './field.tsx'
import { useForm } from './use-form.ts'

const words = { newInvoice: 'New invoice', amount: 'Amount', due: 'Due', add: 'Add' }

function InvoiceForm() {
  const client = useAuthClient()
  const form = useForm(InvoiceBodySchema, (body) => client.call(routes.addInvoice, { body }), 'reset')
  return (
    <form {...form.props} aria-label={words.newInvoice}>
      <FailureAlert failure={form.failure} />
      <Field label={words.amount} name="amount" type="number" step="any" error={form.errorOf('amount')} />
      <Field label={words.due} name="due" type="date" error={form.errorOf('due')} />
      <Button type="submit" isBusy={form.isSubmitting}>
        {words.add}
      </Button>
    </form>
  )
}

it('a form of one’s own sends what the contract makes of its inputs, and is ready for the next', async () => {
  const user = userEvent.setup()
  const client = fakeAuthClient(signedIn())
  client.answer(routes.addInvoice, () => ({ invoice: { id: '1', amount: 7, due: '2026-12-01' } }))
  render(
    <AuthProvider client={client}>
      <InvoiceForm />
    </AuthProvider>,
  )
  const amount = screen.getByLabelText('Amount')
  await user.click(screen.getByRole('button', { name: 'Add' }))
  expect(await screen.findByText('Enter a number.')).toBeVisible()
  expect(screen.getByText('Enter a date.')).toBeVisible()
  for (const typed of ['12.50', '7']) {
    await user.type(amount, typed)
    await user.type(screen.getByLabelText('Due'), '2026-12-01')
    await user.click(screen.getByRole('button', { name: 'Add' }))
    await expect
      .poll(() => client.call.mock.lastCall?.[1].body)
      .toEqual({ amount: Number(typed), due: '2026-12-01' })
    await expect.poll(() => (amount as HTMLInputElement).value).toBe('')
    expect(amount).toHaveFocus()
  }
})
