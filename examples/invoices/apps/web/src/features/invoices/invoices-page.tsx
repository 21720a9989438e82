import type { Invoice } from '@latchkey/contracts'
import { useRef } from 'react'
import { Note } from '../../components/alert.tsx'
import { Card } from '../../components/card.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { type Say, useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/invoices.ts'
import { InvoiceForm } from './invoice-form.tsx'
import { InvoiceItem } from './invoice-item.tsx'
import styles from './invoices.module.css'
import { useInvoices } from './use-invoices.ts'

export default function InvoicesPage() {
  const invoices = useInvoices()
  return (
    <>
      <PageHeading title={words.invoices}>{words.lead}</PageHeading>
      <div className={styles.layout}>
        <Card title={words.newInvoice}>
          <InvoiceForm />
        </Card>
        <Card title={words.open}>
          {invoices.data && <InvoiceList invoices={invoices.data} />}
          {invoices.isPending && <Skeleton label={words.loading} count={2} hasAction />}
          {invoices.isLoadingError && (
            <LoadFailure
              failure={invoices.error}
              isRetrying={invoices.isFetching}
              retry={() => void invoices.refetch()}
            />
          )}
        </Card>
      </div>
    </>
  )
}

function InvoiceList({ invoices }: { invoices: Invoice[] }) {
  const list = useRef<HTMLDivElement>(null)
  const [news, setNews] = useNews()

  /** The button that had the focus has gone with its invoice. */
  function onDeleted(what: Say) {
    setNews(what)
    list.current?.focus()
  }

  return (
    <>
      <Note>{news}</Note>
      <div ref={list} tabIndex={-1} className={styles.list}>
        {invoices.length === 0 ? (
          <p className={styles.facts}>{words.none}</p>
        ) : (
          <ul>
            {invoices.map((invoice) => (
              <li key={invoice.id}>
                <InvoiceItem invoice={invoice} onDeleted={onDeleted} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  )
}
