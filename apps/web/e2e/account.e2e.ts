import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasFocus } from './support/keyboard.ts'
import { linkTo, mailTo } from './support/mail.ts'
import { arrive, greeting, loginHeading, newPerson, register, signIn } from './support/people.ts'
import { startProduct } from './support/product.ts'
import { browser, product } from './support/stage.ts'
import { expectAccessible, visit } from './support/visitor.ts'

const newPassword = 'candle river mosaic'
const heading = (page: Page, name: string) => page.getByRole('heading', { name })

/** Neither the address bar nor the entry in the history holds the token any more. */
async function expectNoToken(page: Page) {
  await expect.poll(() => page.url()).not.toContain('token')
  expect(await page.evaluate(() => JSON.stringify([location.href, history.state]))).not.toContain('token')
}

async function openAccount(page: Page) {
  await page.getByRole('link', { name: 'Account', exact: true }).click()
  await page.getByRole('button', { name: 'Change username' }).waitFor()
}

describe('the life of an account', () => {
  it('a forgotten password is reset by mail, and the other browser is signed out', async () => {
    const person = newPerson()
    const device = await visit(browser, product.origin)
    await register(device.page, person)

    const visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    await page.goto('/login')
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('Email', { exact: true }).fill(person.email)
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await heading(page, 'Check your email').waitFor()

    const link = await linkTo(product.dataDir, person.email, '/reset-password')
    await page.goto(link)
    await heading(page, 'Choose a new password').waitFor()
    await expectNoToken(page)
    await page.getByLabel('New password', { exact: true }).fill(newPassword)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password has been changed').waitFor()
    expect(new URL(page.url()).pathname).toBe('/login')
    await signIn(page, { ...person, password: newPassword })
    await greeting(page, person).waitFor()

    await device.page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await device.page.getByText('This session was ended').waitFor()
    await mailTo(product.dataDir, person.email, 'password')

    await page.goto(link)
    await heading(page, 'This link has already been used').waitFor()
    await expectNoToken(page)
    expect(complaints).toEqual([])
    await device.leave()
    await visitor.leave()
  })

  it('an address is confirmed by a press of the button, and by nothing less', async () => {
    const person = newPerson()
    const visitor = await visit(browser, product.origin)
    const { page, calls, complaints } = visitor
    await register(page, person)
    await openAccount(page)
    await page.getByText('Not confirmed').waitFor()
    const link = await linkTo(product.dataDir, person.email, '/verify-email')

    const scanner = await visit(browser, product.origin)
    await scanner.page.goto(link)
    await scanner.page.getByRole('button', { name: 'Confirm my address' }).waitFor()
    expect(scanner.calls).toEqual([])
    await scanner.leave()

    await page.goto(link)
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await heading(page, 'Your address is confirmed').waitFor()
    await expectNoToken(page)
    expect(calls).toContain('POST /api/verify-email 200')
    await page.getByRole('link', { name: 'Go to your account' }).click()
    await page.getByText('Confirmed', { exact: true }).waitFor()

    await page.goto(link)
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await heading(page, 'This link has already been used').waitFor()
    expect(complaints).toEqual([])
    await visitor.leave()
  })

  it('an address is changed from the new one, and the old one is told', async () => {
    const person = newPerson()
    const newEmail = `new-${person.email}`
    const visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    await register(page, person)
    await page.goto(await linkTo(product.dataDir, person.email, '/verify-email'))
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await page.getByRole('link', { name: 'Go to your account' }).click()
    await page.getByRole('button', { name: 'Change email' }).click()
    await page.getByLabel('New email').fill(newEmail)
    await page.getByRole('button', { name: 'Send the email' }).click()
    await page.getByText(`We have sent an email to ${newEmail}.`).waitFor()

    await page.goto(await linkTo(product.dataDir, newEmail, '/confirm-email'))
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await heading(page, 'Your email address has been changed').waitFor()
    await expectNoToken(page)
    await page.getByRole('link', { name: 'Go to your account' }).click()
    await page.getByText(newEmail).first().waitFor()
    await mailTo(product.dataDir, person.email, 'address')
    expect(complaints).toEqual([])
    await visitor.leave()
  })

  it('a change of address is still known after a reload, and can be taken back', async () => {
    const person = newPerson()
    const newEmail = `new-${person.email}`
    const visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    await register(page, person)
    await page.goto('/account')
    await page.getByRole('button', { name: 'Change email' }).click()
    await page.getByLabel('New email').fill(newEmail)
    await page.getByRole('button', { name: 'Send the email' }).click()
    const waiting = page.getByText(`We have sent an email to ${newEmail}.`)
    await waiting.waitFor()
    await page.reload()
    await waiting.waitFor()
    await expectAccessible(page)
    const link = await linkTo(product.dataDir, newEmail, '/confirm-email')
    await page.getByRole('button', { name: 'Cancel the change' }).click()
    await page.getByText('The change is cancelled.').waitFor()
    await hasFocus(page, 'The change is cancelled.')
    await page.reload()
    await page.getByRole('button', { name: 'Change email' }).waitFor()
    await page.waitForTimeout(500)
    expect(await waiting.count()).toBe(0)

    await page.goto(link)
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await heading(page, 'This link has already been used').waitFor()
    expect(complaints).toEqual([])
    await visitor.leave()
  })

  it('a link for another account says whose account it is not', async () => {
    const [ada, bob] = [newPerson(), newPerson()]
    const first = await visit(browser, product.origin)
    await register(first.page, ada)
    await first.leave()
    const visitor = await visit(browser, product.origin)
    const { page } = visitor
    await register(page, bob)
    await page.goto(await linkTo(product.dataDir, ada.email, '/verify-email'))
    await page.getByText(`You are signed in here as ${bob.username} (${bob.email}).`).waitFor()
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await heading(page, 'Is this your account?').waitFor()
    await page.getByLabel(`Password of ${ada.username}`).fill(ada.password)
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await page
      .getByText(`You are signed in here as ${bob.username} (${bob.email}), which is a different account`)
      .waitFor()
    await visitor.leave()
  })

  it('the name changes everywhere at once, the data comes as a file, and the account goes', async () => {
    const person = newPerson()
    const visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    await register(page, person)
    await page.goto(await linkTo(product.dataDir, person.email, '/verify-email'))
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await page.getByRole('link', { name: 'Go to your account' }).click()
    const username = `${person.username}-2`
    await page.getByRole('button', { name: 'Change username' }).click()
    await page.getByLabel('New username').fill(username)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(`Your username is now ${username}.`).waitFor()
    await page.getByRole('banner').getByText(username).waitFor()

    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download my data' }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe(`latchkey-${username}.json`)
    const data = JSON.parse(await readFile(await file.path(), 'utf8'))
    expect(data.user).toMatchObject({ username, email: person.email })
    expect(data.sessions).toHaveLength(1)

    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText(`Goodbye, ${username}.`).waitFor()
    await loginHeading(page).waitFor()
    await signIn(page, person)
    await page.getByText('don’t match').waitFor()
    await mailTo(product.dataDir, person.email, 'deleted')
    expect(complaints).toEqual([])
    await visitor.leave()
  })

  it('an administrator finds a user, ends a session and keeps them out', async () => {
    const [boss, person] = [newPerson(), newPerson()]
    const user = await visit(browser, product.origin)
    await register(user.page, person)
    await user.page.goto('/admin')
    await heading(user.page, 'Page not found').waitFor()
    await user.page.goto('/dashboard')
    await greeting(user.page, person).waitFor()

    const visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    await register(page, boss)
    await product.makeAdmin(boss.email)
    await page.reload()
    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByLabel('Search').fill(person.username)
    await expect.poll(() => page.url()).toContain(`q=${person.username}`)
    await page.getByRole('link', { name: person.username, exact: true }).click()
    await heading(page, person.username).waitFor()
    await page.getByRole('button', { name: /^End the session/ }).click()
    await page.getByRole('button', { name: 'End session' }).click()
    await page.getByText(`${person.username} is not signed in anywhere.`).waitFor()
    await user.page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await user.page.getByText('This session was ended').waitFor()

    await page.getByRole('button', { name: 'Disable account' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Disable account' }).click()
    await page.getByText(`${person.username} has been disabled and signed out.`).waitFor()
    await signIn(user.page, person)
    await user.page.getByText('disabled by an administrator').waitFor()
    await page.getByRole('button', { name: 'Enable account' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Enable account' }).click()
    await page.getByText(`${person.username} can sign in again.`).waitFor()
    await arrive(user.page, person)

    await page.goBack()
    await page.getByLabel('Search').fill(boss.username)
    await page.getByRole('link', { name: boss.username, exact: true }).click()
    await page.getByText('This is your own account.').waitFor()
    expect(await page.getByRole('button', { name: 'Disable account' }).count()).toBe(0)
    expect(complaints).toEqual([])
    await user.leave()
    await visitor.leave()
  })
})

it('where addresses are confirmed first, nobody comes in before', async () => {
  const strict = await startProduct({ REQUIRE_VERIFIED_EMAIL: 'true' })
  const person = newPerson()
  const visitor = await visit(browser, strict.origin)
  const { page, complaints } = visitor
  await page.goto('/register')
  await page.getByLabel('Username', { exact: true }).fill(person.username)
  await page.getByLabel('Email', { exact: true }).fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await heading(page, 'Check your email').waitFor()
  await page.getByRole('button', { name: 'Send the email again' }).waitFor()
  await expectAccessible(page)
  await visitor.screenshot('register-check-mail')
  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page, person)
  await page.getByRole('button', { name: 'Send the email again' }).waitFor()
  await expectAccessible(page)
  await visitor.screenshot('login-not-confirmed')

  await page.goto(await linkTo(strict.dataDir, person.email, '/verify-email'))
  await page.getByRole('button', { name: 'Confirm my address' }).click()
  await page.getByLabel(`Password of ${person.username}`).fill(person.password)
  await page.getByRole('button', { name: 'Confirm my address' }).click()
  await heading(page, 'Your address is confirmed').waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page, person)
  await greeting(page, person).waitFor()
  expect(complaints).toEqual([])
  await visitor.leave()
  await strict.stop()
})
