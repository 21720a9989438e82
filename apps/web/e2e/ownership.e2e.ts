import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { linkTo } from './support/mail.ts'
import { arrive, greeting, loginHeading, newPerson, register, signIn } from './support/people.ts'
import { startProduct } from './support/product.ts'
import { browser, product } from './support/stage.ts'
import { expectAccessible, visit } from './support/visitor.ts'

const newPassword = 'candle river mosaic'
const heading = (page: Page, name: string) => page.getByRole('heading', { name })
const button = (page: Page, name: string) => page.getByRole('button', { name })

/** Calls the API with the access token of the page, and hears that the session is over. */
async function expectSignedOut(page: Page) {
  await button(page, 'Call the protected endpoint').click()
  await loginHeading(page).waitFor()
}

async function confirmAddress(page: Page, email: string) {
  await page.goto(await linkTo(product.dataDir, email, '/verify-email'))
  await button(page, 'Confirm my address').click()
  await heading(page, 'Your address is confirmed').waitFor()
}

describe('holding a mailbox is not owning the account', () => {
  it('whose address a stranger signed up with says "This was not me", and then signs up with it', async () => {
    const victim = newPerson()
    const stranger = { ...newPerson(), email: victim.email, password: 'a lantern of their own' }
    const strangers = await visit(browser, product.origin)
    await register(strangers.page, stranger)

    const visitor = await visit(browser, product.origin)
    const { page, complaints, calls } = visitor
    await page.goto(await linkTo(product.dataDir, victim.email, '/verify-email'))
    await button(page, 'Confirm my address').click()
    await heading(page, 'Is this your account?').waitFor()
    await page.getByText(stranger.username, { exact: true }).waitFor()
    expect(calls).toEqual(['POST /api/verify-email 403'])
    await page.getByLabel(`Password of ${stranger.username}`).fill('a password of my own')
    await button(page, 'Confirm my address').click()
    await page.getByText('This is not the password of this account.').waitFor()

    await button(page, 'This was not me').click()
    await button(page, 'Delete the account').click()
    await heading(page, 'The account has been deleted').waitFor()
    await page.getByRole('link', { name: 'Create an account of your own' }).click()
    await register(page, victim)
    await expectSignedOut(strangers.page)
    await signIn(strangers.page, stranger)
    await strangers.page.getByText('don’t match').waitFor()
    expect(complaints).toEqual([])
    await strangers.leave()
    await visitor.leave()
  })

  it('its owner confirms an address from another browser with the password', async () => {
    const person = newPerson()
    const first = await visit(browser, product.origin)
    await register(first.page, person)
    const visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    await page.goto(await linkTo(product.dataDir, person.email, '/verify-email'))
    await button(page, 'Confirm my address').click()
    await page.getByLabel(`Password of ${person.username}`).fill(person.password)
    await button(page, 'Confirm my address').click()
    await heading(page, 'Your address is confirmed').waitFor()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await arrive(page, person)
    await page.getByRole('link', { name: 'Account', exact: true }).click()
    await page.getByText('Confirmed', { exact: true }).waitFor()
    expect(complaints).toEqual([])
    await first.leave()
    await visitor.leave()
  })

  it('a changed address is put back from the old mailbox, and whoever changed it is out', async () => {
    const owner = newPerson()
    const owners = await visit(browser, product.origin)
    await register(owners.page, owner)
    await confirmAddress(owners.page, owner.email)

    const evil = `evil-${owner.email}`
    const thief = await visit(browser, product.origin)
    await arrive(thief.page, owner)
    await thief.page.getByRole('link', { name: 'Account', exact: true }).click()
    await button(thief.page, 'Change email').click()
    await thief.page.getByLabel('New email').fill(evil)
    await thief.page.getByRole('button', { name: /^Send the/ }).click()
    await thief.page.goto(await linkTo(product.dataDir, evil, '/confirm-email'))
    await button(thief.page, 'Confirm my address').click()
    await heading(thief.page, 'Your email address has been changed').waitFor()
    await thief.page.goto('/dashboard')
    await greeting(thief.page, owner).waitFor()

    const { page, complaints } = owners
    const link = await linkTo(product.dataDir, owner.email, '/undo-email')
    await page.goto(link)
    await button(page, 'Put this address back').waitFor()
    expect(page.url()).not.toContain('token')
    await expectAccessible(page)
    await button(page, 'Put this address back').click()
    await heading(page, 'Your old address is back').waitFor()
    await expectAccessible(page)
    await button(page, 'Choose a new password').click()
    await page.getByLabel('New password', { exact: true }).fill(newPassword)
    await button(page, 'Change password').click()
    await loginHeading(page).waitFor()
    await signIn(page, { ...owner, password: newPassword })
    await greeting(page, owner).waitFor()
    await page.getByRole('link', { name: 'Account', exact: true }).click()
    await page.getByText(owner.email).first().waitFor()

    await expectSignedOut(thief.page)
    for (const email of [evil, owner.email]) {
      await signIn(thief.page, { ...owner, email })
      await thief.page.getByText('don’t match').waitFor()
    }
    await page.goto(link)
    await button(page, 'Put this address back').click()
    await page.getByRole('link', { name: 'Choose a new password' }).waitFor()
    expect(complaints).toEqual([])
    await thief.leave()
    await owners.leave()
  })

  it('the name one signs in with changes, and nobody else gets the old one', async () => {
    const [person, other] = [newPerson(), newPerson()]
    const visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    await register(page, person)
    await page.getByRole('link', { name: 'Account', exact: true }).click()
    await button(page, 'Change username').click()
    const name = page.getByLabel('New username')
    await name.fill('www.claim-prize.example')
    await button(page, 'Save').click()
    await page.getByText('must not look like a web address').waitFor()
    await name.fill(`${person.username}-2`)
    await button(page, 'Save').click()
    await page.getByRole('banner').getByText(`${person.username}-2`).waitFor()

    const stranger = await visit(browser, product.origin)
    await stranger.page.goto('/register')
    await stranger.page.getByLabel('Username', { exact: true }).fill(person.username)
    await stranger.page.getByLabel('Email', { exact: true }).fill(other.email)
    await stranger.page.getByLabel('Password', { exact: true }).fill(other.password)
    await button(stranger.page, 'Create account').click()
    await stranger.page.getByText('This username is taken').waitFor()
    expect(complaints).toEqual([])
    await stranger.leave()
    await visitor.leave()
  })
})

it('a mistyped address is put right before anybody can sign in', async () => {
  const strict = await startProduct({ REQUIRE_VERIFIED_EMAIL: 'true' })
  const person = newPerson()
  const mistyped = `typo-${person.email}`
  const visitor = await visit(browser, strict.origin)
  const { page, complaints } = visitor
  await page.goto('/register')
  await page.getByLabel('Username', { exact: true }).fill(person.username)
  await page.getByLabel('Email', { exact: true }).fill(mistyped)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await button(page, 'Create account').click()
  await button(page, 'Correct the address').waitFor()

  // Noticed later only.
  await page.goto('/login')
  await signIn(page, { ...person, email: person.username })
  await button(page, 'Correct the address').click()
  await page.getByLabel('Right email address').fill(person.email)
  await expectAccessible(page)
  await visitor.screenshot('login-correct-address')
  await button(page, 'Send the email there').click()
  await page.getByText(`is now ${person.email}`).waitFor()

  await page.goto(await linkTo(strict.dataDir, person.email, '/verify-email'))
  await button(page, 'Confirm my address').click()
  await page.getByLabel(`Password of ${person.username}`).fill(person.password)
  await button(page, 'Confirm my address').click()
  await heading(page, 'Your address is confirmed').waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page, person)
  await greeting(page, person).waitFor()
  expect(complaints).toEqual([])
  await visitor.leave()
  await strict.stop()
})
