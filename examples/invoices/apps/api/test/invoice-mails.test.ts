import { expect, it } from 'vitest'
import type { InvoiceModel } from '../src/invoices/invoice.model.ts'
import { createInvoiceReminders } from '../src/invoices/invoice-reminders.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { mailServer } from './support/mail-server.ts'
import { registered, type SignedInPerson, verified } from './support/people.ts'

const write = (api: TestApi, { body }: SignedInPerson, due: string) =>
  api.http
    .post('/api/invoices')
    .set('Authorization', `Bearer ${body.accessToken}`)
    .send({ customer: 'Babbage', amount: 12.5, due })
    .expect(201)

const dayOf = (api: TestApi) => api.clock.now().toISOString().slice(0, 10)

it('whoever writes an invoice has a mail of it, and one on its day, whichever process sends it', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const others = await Promise.all(
    [1, 2, 3].map(() =>
      apiForTest({ environment: { SMTP_URL: mail.url }, mongoUri: api.mongoUri, clock: api.clock }),
    ),
  )
  const person = await registered(api, { 'Accept-Language': 'de' })
  const confirmed = await registered(api)
  await verified(api, mail, confirmed)
  await write(api, person, '2026-12-24')
  await write(api, confirmed, dayOf(api))
  await write(api, confirmed, '2999-12-24')

  const written = await mail.mailTo(confirmed.email, /Invoice for Babbage/)
  expect(written.text).toContain('12.50')
  expect(written.text).toContain('/invoices')
  await Promise.all([api, ...others].map(({ services }) => services.invoiceReminders.sweep()))
  await mail.mailTo(confirmed.email, /is due/)
  await Promise.all([api, ...others].map(({ services }) => services.invoiceReminders.sweep()))
  const jobs = api.services.database.connection.collection('mailJobs')
  await eventually(async () => expect(await jobs.countDocuments({ kind: 'invoice_due' })).toBe(0))
  expect(mail.received.filter(({ subject }) => /is due/.test(subject))).toHaveLength(1)
  // Nobody has said yet that this address is theirs.
  expect(mail.received.filter(({ to }) => to.includes(person.email)).map(({ html }) => html)).toEqual([
    expect.stringContaining('lang="de"'),
  ])
})

it('a reminder that could not be queued is tried again', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await write(api, person, dayOf(api))
  const told: string[] = []
  let isDown = true
  const { sweep } = createInvoiceReminders({
    model: api.services.database.connection.model('Invoice') as InvoiceModel,
    mailQueue: {
      async add({ kind }) {
        if (isDown) throw new Error('the database has gone')
        told.push(kind)
      },
    },
    clock: api.clock,
    log: api.services.log,
  })
  await expect(sweep()).rejects.toThrow('the database has gone')
  isDown = false
  await sweep()
  await sweep()
  expect(told).toEqual(['invoice_due'])
})
