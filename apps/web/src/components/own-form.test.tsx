import { AuthProvider, useAuthClient } from '@latchkey/react'
import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it } from 'vitest'
import { InvoiceBodySchema, routes } from '../../../../packages/contracts/test/own-contract.ts'
import { fakeAuthClient, refusal, signedIn } from '../../test/fake-auth-client.ts'
import { Button } from './button.tsx'
import { Checkbox } from './checkbox.tsx'
import { FailureAlert } from './failure-alert.tsx'
import { Field } from './field.tsx'
import { useForm } from './use-form.ts'

const words = { newInvoice: 'New invoice', amount: 'Amount', due: 'Due', isPaid: 'Paid already', add: 'Add' }

function InvoiceForm() {
  const client = useAuthClient()
  const form = useForm(InvoiceBodySchema, (body) => client.call(routes.addInvoice, { body }), 'reset')
  return (
    <form {...form.props} aria-label={words.newInvoice}>
      <FailureAlert failure={form.failure} />
      <Field label={words.amount} name="amount" type="number" step="any" error={form.errorOf('amount')} />
      <Field label={words.due} name="due" type="date" error={form.errorOf('due')} />
      <Checkbox label={words.isPaid} name="isPaid" error={form.errorOf('isPaid')} />
      <Button type="submit" isBusy={form.isSubmitting}>
        {words.add}
      </Button>
    </form>
  )
}

function open() {
  const client = fakeAuthClient(signedIn())
  render(
    <AuthProvider client={client}>
      <InvoiceForm />
    </AuthProvider>,
  )
  return { client, user: userEvent.setup() }
}

it('a form of one’s own sends what the contract makes of its inputs, and is ready for the next', async () => {
  const { client, user } = open()
  client.answer(routes.addInvoice, () => ({
    invoice: { id: '1', amount: 7, due: '2026-12-01', isPaid: false },
  }))
  const amount = screen.getByLabelText('Amount')
  const isPaid = screen.getByRole('checkbox', { name: 'Paid already' })
  await user.click(screen.getByRole('button', { name: 'Add' }))
  expect(await screen.findByText('Enter a number.')).toBeVisible()
  expect(screen.getByText('Enter a date.')).toBeVisible()
  for (const typed of ['12.50', '7']) {
    const isTicked = typed === '12.50'
    await user.type(amount, typed)
    await user.type(screen.getByLabelText('Due'), '2026-12-01')
    if (isTicked) await user.click(isPaid)
    await user.click(screen.getByRole('button', { name: 'Add' }))
    await expect
      .poll(() => client.call.mock.lastCall?.[1].body)
      .toEqual({ amount: Number(typed), due: '2026-12-01', isPaid: isTicked })
    await expect.poll(() => (amount as HTMLInputElement).value).toBe('')
    expect(isPaid).not.toBeChecked()
    expect(amount).toHaveFocus()
  }
})

it('what the server has against a checkbox is said beside it', async () => {
  const { client, user } = open()
  client.answer(routes.addInvoice, () => {
    throw refusal('validation_failed', { errors: [{ path: 'isPaid', message: 'Nobody has paid that.' }] })
  })
  await user.type(screen.getByLabelText('Amount'), '7')
  await user.type(screen.getByLabelText('Due'), '2026-12-01')
  await user.click(screen.getByLabelText('Paid already'))
  await user.click(screen.getByRole('button', { name: 'Add' }))
  const isPaid = await screen.findByRole('checkbox', { description: 'Nobody has paid that.' })
  expect(isPaid).toBeInvalid()
  await expect.poll(() => isPaid).toHaveFocus()
  await user.click(isPaid)
  expect(isPaid).toBeValid()
})
