import type { Invoice } from '@latchkey/contracts'
import { hasRole } from '@latchkey/react'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import type { Say } from '../../components/use-news.ts'
import { words } from '../../words/en/invoices.ts'
import { formatDate, formatNumber } from '../../words/formats.ts'
import styles from './invoices.module.css'
import { useDeleteInvoice } from './use-invoices.ts'

interface InvoiceItemProps {
  invoice: Invoice
  onDeleted: (what: Say) => void
}

export function InvoiceItem({ invoice, onDeleted }: InvoiceItemProps) {
  const session = useSignedIn()
  const remove = useDeleteInvoice(invoice)
  const { customer, amount, due, author } = invoice
  const isOwn = invoice.userId === session.user.id
  const day = formatDate(new Date(due), { dateStyle: 'medium', timeZone: 'UTC' })
  return (
    <div className={styles.item}>
      <div>
        <h3>{customer}</h3>
        <p className={styles.facts}>
          {formatNumber(amount, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}
          {' · '}
          {words.dueOn(day)}
          {!isOwn && ` · ${words.by(author)}`}
        </p>
        <FailureAlert failure={remove.error} />
      </div>
      {(isOwn || hasRole(session, 'admin')) && (
        <ConfirmedButton
          label={words.deleteIt(customer)}
          question={words.deleteQuestion(customer)}
          confirm={words.delete}
          onConfirm={() =>
            remove.mutateAsync(undefined, { onSuccess: () => onDeleted(() => words.deleted(customer)) })
          }
        >
          {words.delete}
        </ConfirmedButton>
      )}
    </div>
  )
}
