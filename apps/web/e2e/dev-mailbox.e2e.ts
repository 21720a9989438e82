import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { newPerson, register } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { expectAccessible, expectNoSidewaysScrolling, visit } from './support/visitor.ts'

it('the link from the terminal opens the mailbox in that browser, and its address in no other', async () => {
  const key = await readFile(join(product.dataDir, 'outbox/key'), 'utf8')
  const developer = await visit(browser, product.origin)
  await register(developer.page, newPerson())

  // A page that announces a mail says where it is: in the terminal, and from then on behind a link.
  const announcing = await visit(browser, product.origin)
  const announced = async () => {
    await announcing.page.goto('/forgot-password')
    await announcing.page.getByLabel('Email', { exact: true }).fill('nobody@example.com')
    await announcing.page.getByRole('button', { name: 'Send me a link' }).click()
    await announcing.page.getByText('In development no mail is sent.').waitFor()
    return announcing.page.getByRole('link', { name: 'Open the mailbox' })
  }
  expect(await (await announced()).count()).toBe(0)
  await announcing.page.goto(`/dev/mailbox?key=${key}`)
  await announcing.page.getByRole('heading', { name: 'Mailbox' }).waitFor()
  await expectAccessible(announcing.page)
  await expectNoSidewaysScrolling(announcing.page)
  await announcing.screenshot('mailbox')
  const mailbox = announcing.page.waitForEvent('popup')
  await (await announced()).click()
  await (await mailbox).getByRole('heading', { name: 'Mailbox' }).waitFor()
  await announcing.leave()

  const tab = await developer.openTab()
  await tab.goto(`/dev/mailbox?key=${key}`)
  // The page looks for new mail by itself.
  await tab.getByRole('link', { name: 'Confirm your email address' }).click()
  await tab.getByRole('link', { name: /confirm/i }).waitFor()
  expect(new URL(tab.url()).search).toBe('')
  expect(await tab.evaluate(() => document.cookie)).not.toContain(key)
  await tab.goBack({ waitUntil: 'commit' })
  expect(tab.url()).toBe(`${product.origin}/dev/mailbox`)

  // From a page of another site, as in a terminal that is a page itself.
  const elsewhere = await developer.openTab()
  await elsewhere.goto(product.origin.replace('localhost', '127.0.0.1'))
  await elsewhere.evaluate((link) => location.assign(link), `${product.origin}/dev/mailbox?key=${key}`)
  await elsewhere.getByRole('heading', { name: 'Mailbox' }).waitFor()

  const stranger = await visit(browser, product.origin)
  await stranger.page.goto('/dev/mailbox')
  await stranger.page.getByRole('heading', { name: 'Page not found' }).waitFor()
  await stranger.leave()
  await developer.leave()
})
