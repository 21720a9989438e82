import { InvoiceBodySchema, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { Field } from '../../components/field.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/invoices.ts'
import styles from './invoices.module.css'
import { invoicesKey } from './use-invoices.ts'

export function InvoiceForm() {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const form = useForm(
    InvoiceBodySchema,
    async (body) => {
      await client.call(routes.addInvoice, { body })
      await queryClient.invalidateQueries({ queryKey: invoicesKey })
    },
    'reset',
  )
  return (
    <form {...form.props} className={styles.form} aria-label={words.newInvoice}>
      <FailureAlert failure={form.failure} />
      <Field label={words.customer} name="customer" autoComplete="off" error={form.errorOf('customer')} />
      <Field label={words.amount} name="amount" type="number" step="any" error={form.errorOf('amount')} />
      <Field label={words.due} name="due" type="date" error={form.errorOf('due')} />
      <Button type="submit" isBusy={form.isSubmitting}>
        {words.add}
      </Button>
    </form>
  )
}
