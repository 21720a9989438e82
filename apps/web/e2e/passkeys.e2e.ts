import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasFocus, reach } from './support/keyboard.ts'
import { linkTo, mailTo } from './support/mail.ts'
import {
  arrive,
  greeting,
  loginHeading,
  newPerson,
  type Person,
  pressSignOut,
  register,
  signIn,
  signOut,
} from './support/people.ts'
import { startProduct } from './support/product.ts'
import { browser, product } from './support/stage.ts'
import { giveAuthenticator } from './support/virtual-authenticator.ts'
import {
  countOf,
  expectAccessible,
  expectNoSidewaysScrolling,
  layoutShift,
  looks,
  visit,
} from './support/visitor.ts'

const section = (page: Page) => page.getByRole('region', { name: 'Passkeys' })
const passkeyButton = (page: Page) => page.getByRole('button', { name: 'Sign in with a passkey' })

async function openAccount(page: Page) {
  await page.getByRole('link', { name: 'Account', exact: true }).click()
  await section(page).waitFor()
}

async function addPasskey(page: Page) {
  await openAccount(page)
  await section(page)
    .getByRole('button', { name: /^Add (a|another) passkey$/ })
    .click()
  await section(page).getByText('has been added').waitFor()
}

/** Somebody new with a browser of their own, and a passkey in it. */
async function withPasskey(person: Person = newPerson(), traits: { synced?: boolean } = {}) {
  const visitor = await visit(browser, product.origin)
  const authenticator = await giveAuthenticator(visitor.page, traits)
  await register(visitor.page, person)
  await addPasskey(visitor.page)
  return { ...visitor, person, authenticator }
}

/** Chromium takes the offer of a virtual authenticator by itself, at times before the page is seen. */
async function signOutAndBeSignedIn(page: Page, person: Person) {
  const signedIn = page.waitForResponse(
    (answer) => answer.url().endsWith('/api/login/passkey') && answer.ok(),
  )
  await pressSignOut(page)
  await signedIn
  await greeting(page, person).waitFor()
}

async function activity(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'Activity', exact: true }).click()
  await page.getByRole('article').first().waitFor()
  return (await page.getByRole('main').textContent()) ?? ''
}

describe('signing in by passkey', () => {
  it('a passkey that was added is offered where the name is typed, and signs in without one', async () => {
    const { page, person, authenticator, calls, complaints, leave } = await withPasskey()
    expect(await authenticator.passkeys()).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }])
    await signOutAndBeSignedIn(page, person)
    expect(countOf(calls, 'POST /api/login')).toBe(0)
    expect(countOf(calls, 'POST /api/login/passkey 200')).toBe(1)
    expect(await activity(page)).toContain('Passkey added')
    expect(complaints).toEqual([])
    await leave()
  })

  it('a button signs in, while nobody has taken the offer', async () => {
    const { page, person, authenticator, offers, leave } = await withPasskey()
    await authenticator.isTouched(false)
    await signOut(page)
    await expect.poll(() => offers).toHaveLength(1)
    // It answers what comes from now on; the offer stays open.
    await authenticator.isTouched(true)
    await passkeyButton(page).click()
    await greeting(page, person).waitFor()
    await leave()
  })

  it('the code for it is downloaded when it is asked for', async () => {
    const { page, leave } = await visit(browser, product.origin)
    const scripts: string[] = []
    page.on('request', (request) => void scripts.push(request.url()))
    await page.goto('/register')
    await page.getByRole('heading', { name: 'Create your account' }).waitFor()
    await page.waitForTimeout(1000)
    expect(scripts.filter((url) => /\/passkeys-[\w-]+\.js/.test(url))).toEqual([])
    await leave()
  })

  it('from a second device, which adds a passkey of its own', async () => {
    const first = await withPasskey(newPerson(), { synced: true })
    const second = await visit(browser, product.origin)
    const authenticator = await giveAuthenticator(second.page)
    await arrive(second.page, first.person)
    await addPasskey(second.page)
    const list = section(second.page).getByRole('list', { name: 'Your passkeys' })
    expect(await list.getByRole('listitem').count()).toBe(2)
    expect(await list.textContent()).toMatch(/Kept by a password manager.*Stays on one device/s)
    await signOutAndBeSignedIn(second.page, first.person)
    expect(await authenticator.passkeys()).toHaveLength(1)
    await Promise.all([first.leave(), second.leave()])
  })

  it('a passkey that was copied to another device by its password manager works there', async () => {
    const { authenticator, person, leave } = await withPasskey(newPerson(), { synced: true })
    const other = await visit(browser, product.origin)
    const copy = await giveAuthenticator(other.page, { synced: true })
    for (const passkey of await authenticator.passkeys()) await copy.put(passkey)
    await other.page.goto('/login')
    await greeting(other.page, person).waitFor()
    expect(await activity(other.page)).toContain('Signed in on a new device')
    await Promise.all([leave(), other.leave()])
  })
})

describe('what is refused', () => {
  it('a removed passkey opens nothing, and its password manager is told', async () => {
    const { page, authenticator, leave } = await withPasskey()
    const [passkey] = await authenticator.passkeys()
    if (!passkey) throw new Error('there is none')
    await section(page)
      .getByRole('button', { name: /^Remove / })
      .click()
    await section(page).getByRole('button', { name: 'Remove', exact: true }).click()
    await section(page).getByText('has been removed').waitFor()
    // Chromium heard it (Signal API).
    await expect.poll(() => authenticator.passkeys()).toEqual([])
    // One that has not heard it.
    await authenticator.put(passkey)
    await signOut(page)
    await page.getByText('This passkey opens no account here').waitFor()
    await expect.poll(() => authenticator.passkeys()).toEqual([])
    await loginHeading(page).waitFor()
    await leave()
  })

  it('somebody whom the device does not recognise is not signed in, and the password still works', async () => {
    const { page, person, authenticator, calls, leave } = await withPasskey()
    await authenticator.recognises(false)
    await signOut(page)
    await passkeyButton(page).click()
    await page.getByText('No passkey was used').waitFor()
    expect(calls.filter((call) => call.startsWith('POST /api/login/passkey 2'))).toEqual([])
    // The password still works.
    await page.getByLabel('Email or username').fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await greeting(page, person).waitFor()

    await leave()
  })

  it('a question that is left open is over, and a second passkey on one device changes nothing', async () => {
    const { page, person, authenticator, calls, leave } = await withPasskey()
    await openAccount(page)
    await section(page).getByRole('button', { name: 'Add another passkey' }).click()
    await section(page).getByText('This device already has a passkey for your account').waitFor()
    expect(await section(page).getByRole('listitem').count()).toBe(1)

    await authenticator.isTouched(false)
    await signOut(page)
    await passkeyButton(page).click()
    await page.getByRole('button', { name: 'Waiting for your passkey…' }).waitFor()
    await page.goto('/register')
    await page.goto('/login')
    // Nobody is asked any more, so touching it does nothing.
    await authenticator.isTouched(true)
    await authenticator.isTouched(false)
    await passkeyButton(page).waitFor()
    expect(countOf(calls, 'POST /api/login/passkey 200')).toBe(0)
    await signIn(page, person)
    await greeting(page, person).waitFor()
    await leave()
  })

  it('a copy that counts for itself is refused, and the owner reads of it', async () => {
    const { page, person, authenticator, leave } = await withPasskey()
    const [before] = await authenticator.passkeys()
    if (!before) throw new Error('there is none')
    for (let i = 0; i < 2; i++) {
      await signOutAndBeSignedIn(page, person)
    }
    const thief = await visit(browser, product.origin)
    const copy = await giveAuthenticator(thief.page)
    await copy.isTouched(false)
    await copy.put(before)
    await thief.page.goto('/login')
    await copy.isTouched(true)
    await passkeyButton(thief.page).click()
    await thief.page.getByText('This passkey was not accepted').waitFor()
    await page.reload()
    expect(await activity(page)).toContain('A copy of a passkey was refused')
    await Promise.all([leave(), thief.leave()])
  })

  it('at another origin than the configured ones none is accepted, and none works where none can', async () => {
    const elsewhere = await startProduct({ PUBLIC_URL: 'http://localhost:1' })
    const { page, leave } = await visit(browser, elsewhere.origin)
    await giveAuthenticator(page)
    await register(page, newPerson())
    await openAccount(page)
    await section(page).getByRole('button', { name: 'Add a passkey' }).click()
    await section(page).getByText('This passkey was not accepted').waitFor()
    expect(await section(page).getByRole('listitem').count()).toBe(0)
    await leave()
    await elsewhere.stop()

    const numeric = await visit(browser, product.origin.replace('localhost', '127.0.0.1'))
    await numeric.page.goto('/login')
    await passkeyButton(numeric.page).click()
    await numeric.page.getByText('Passkeys do not work at this address').waitFor()
    await numeric.leave()
  })
})

describe('a passkey that is made without asking', () => {
  /** Headless Chromium has no password manager that would make one, and leaves the request open; this one makes it. */
  function passwordManager() {
    const create = navigator.credentials.create.bind(navigator.credentials)
    navigator.credentials.create = (options) => {
      const { mediation, ...rest } = { mediation: 'optional', ...options }
      Object.assign(window, { mediation })
      return create(rest as CredentialCreationOptions)
    }
  }

  it('after a sign-in by password there is one, and it signs in from then on', async () => {
    const person = newPerson()
    const { page, context, calls, complaints, leave } = await visit(browser, product.origin)
    await context.addInitScript(passwordManager)
    const authenticator = await giveAuthenticator(page, { synced: true })
    await register(page, person)
    await signOut(page)
    await arrive(page, person)
    await expect.poll(() => authenticator.passkeys()).toHaveLength(1)
    await expect.poll(() => countOf(calls, 'POST /api/passkeys 201')).toBe(1)
    expect(await page.evaluate(() => 'mediation' in window && window.mediation)).toBe('conditional')
    await signOutAndBeSignedIn(page, person)
    expect(countOf(calls, 'POST /api/login/passkey 200')).toBe(1)
    expect(complaints).toEqual([])
    await leave()
  })

  it('where the browser makes none nobody notices', async () => {
    const person = newPerson()
    const { page, context, calls, complaints, leave } = await visit(browser, product.origin)
    await context.addInitScript(() => {
      const create = navigator.credentials.create.bind(navigator.credentials)
      navigator.credentials.create = (options) => {
        const made = create(options)
        const { mediation } = { mediation: 'optional', ...options }
        made.catch(({ name }) => Object.assign(window, { refused: `${mediation} ${name}` }))
        return made
      }
    })
    await register(page, person)
    await signOut(page)
    await arrive(page, person)
    // What Chromium says where no password manager would make one.
    const refused = () => page.evaluate(() => 'refused' in window && window.refused)
    await expect.poll(refused).toBe('conditional NotAllowedError')
    expect(calls.filter((call) => call.startsWith('POST /api/passkeys 2'))).toEqual([])
    await greeting(page, person).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  it('with PASSKEY_UPGRADE=off there is none', async () => {
    const careful = await startProduct({ PASSKEY_UPGRADE: 'off' })
    const person = newPerson()
    const { page, context, calls, leave } = await visit(browser, careful.origin)
    await context.addInitScript(passwordManager)
    await giveAuthenticator(page)
    await register(page, person)
    await signOut(page)
    await arrive(page, person)
    await page.waitForTimeout(1000)
    expect(calls.filter((call) => call.includes('/api/passkeys'))).toEqual([])
    await leave()
    await careful.stop()
  })
})

describe('an account without a password', () => {
  it('is opened by its passkey, and its owner finds the way back when that is lost', async () => {
    const { page, person, authenticator, complaints, screenshot, leave } = await withPasskey()
    await page.goto(await linkTo(product.dataDir, person.email, '/verify-email'))
    await page.getByRole('button', { name: 'Confirm my address' }).click()
    await page.getByRole('link', { name: 'Go to your account' }).click()
    await page.getByRole('button', { name: 'Remove your password' }).click()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Remove password' }).click()
    await page.getByText('Your password has been removed').waitFor()
    await page.getByText('None: you sign in by passkey').waitFor()
    await hasFocus(page, 'Your password has been removed')
    await expectAccessible(page)
    await screenshot('passkey-only')
    const remove = section(page).getByRole('button', { name: /^Remove / })
    await remove.click()
    await section(page).getByRole('button', { name: 'Remove', exact: true }).click()
    await section(page).getByText('This is the only way into your account').waitFor()
    await signOutAndBeSignedIn(page, person)

    await authenticator.forget()
    await mailTo(product.dataDir, person.email, 'this address is the way back')
    await signOut(page)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('Email', { exact: true }).fill(person.email)
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await page.getByRole('heading', { name: 'Check your email' }).waitFor()
    await page.goto(await linkTo(product.dataDir, person.email, '/reset-password'))
    const password = 'candle river mosaic'
    await page.getByLabel('New password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password has been changed').waitFor()
    await signIn(page, { ...person, password })
    await greeting(page, person).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })
})

describe('for everybody', () => {
  it('by keyboard alone a passkey is added, named, used and removed', async () => {
    const person = newPerson()
    const { page, leave } = await visit(browser, product.origin)
    const authenticator = await giveAuthenticator(page)
    await register(page, person)
    const go = (...where: [name: string | RegExp, role?: 'button' | 'link']) => reach(page, ...where)
    await go('Account', 'link')
    await page.keyboard.press('Enter')
    await go('Add a passkey')
    await page.keyboard.press('Enter')
    await section(page).getByText('has been added').waitFor()
    await go(/^Rename /)
    await page.keyboard.press('Enter')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('My laptop')
    await page.keyboard.press('Enter')
    await section(page).getByRole('heading', { name: 'My laptop' }).waitFor()

    await authenticator.isTouched(false)
    await signOut(page)
    await go('Sign in with a passkey')
    await authenticator.isTouched(true)
    await page.keyboard.press('Enter')
    await greeting(page, person).waitFor()

    await go('Account', 'link')
    await page.keyboard.press('Enter')
    await go('Remove My laptop')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await go('Remove My laptop')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await section(page).getByText('My laptop has been removed').waitFor()
    await leave()
  })

  it.each(looks)('accessible and whole on a $device in $scheme', async (look) => {
    const person = newPerson()
    const { page, complaints, screenshot, leave } = await visit(browser, product.origin, look)
    const authenticator = await giveAuthenticator(page, { synced: true })
    await register(page, person)
    await openAccount(page)
    await expectAccessible(page)
    await screenshot('passkeys-none')
    await section(page).getByRole('button', { name: 'Add a passkey' }).click()
    await section(page).getByText('has been added').waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await screenshot('passkeys')
    await section(page)
      .getByRole('button', { name: /^Rename / })
      .click()
    await expectAccessible(page)
    await section(page).getByRole('button', { name: 'Cancel' }).click()
    await section(page)
      .getByRole('button', { name: /^Remove / })
      .click()
    await expectAccessible(page)
    await screenshot('passkey-removal')
    await page.keyboard.press('Escape')

    await authenticator.isTouched(false)
    await signOut(page)
    await page.goto('/login')
    await passkeyButton(page).waitFor()
    await page.waitForTimeout(800)
    expect(await layoutShift(page)).toBeLessThan(0.01)
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await screenshot('passkey-sign-in')
    await authenticator.recognises(false)
    await authenticator.isTouched(true)
    await passkeyButton(page).click()
    await page.getByText('No passkey was used').waitFor()
    await expectAccessible(page)
    await screenshot('passkey-sign-in-refused')
    expect(complaints).toEqual([])
    await leave()
  })
})
