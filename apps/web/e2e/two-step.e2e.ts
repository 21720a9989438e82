import { brand } from '@latchkey/brand'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { codeOf } from './support/authenticator-app.ts'
import { hasFocus, reach } from './support/keyboard.ts'
import {
  greeting,
  loginHeading,
  newPerson,
  type Person,
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
  looks,
  type Visitor,
  visit,
} from './support/visitor.ts'

let aheadMs = 0

const button = (page: Page, name: string) => page.getByRole('button', { name })

/** The next code: each counts once, so the product's clock goes on by a step. */
async function nextCode(secret: string): Promise<string> {
  await product.advance(30)
  aheadMs += 30_000
  return codeOf(secret, Date.now() + aheadMs)
}

/** What the session at hand says of its sign-in; one has to look for it. */
async function signedInWith(page: Page, shown: string) {
  await page.getByRole('main').locator('summary').first().click()
  await page.getByText(`with ${shown}`).first().waitFor()
}

interface TwoStepPerson extends Person {
  secret: string
  recoveryCodes: string[]
}

async function isSound(visitor: Visitor, name: string) {
  await expectAccessible(visitor.page)
  await expectNoSidewaysScrolling(visitor.page)
  await visitor.screenshot(name)
}

/** Registers somebody and switches an authenticator app on. `look` is called at each stage of it. */
async function withApp(
  visitor: Visitor,
  look: (name: string) => Promise<void> = async () => {},
): Promise<TwoStepPerson> {
  const { page } = visitor
  const person = newPerson()
  await register(page, person)
  await page.getByRole('link', { name: 'Account', exact: true }).click()
  await button(page, 'Set up two-step sign-in').click()
  await page.getByRole('img', { name: /^QR code/ }).waitFor()
  const secret = (await page.getByText(/^(?:[A-Z2-7]{4} ?)+$/).textContent()) ?? ''
  await look('two-step-set-up')
  await page.getByLabel('Code from your app').fill(await nextCode(secret))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Save your recovery codes' })
  await dialog.waitFor()
  // They are shown this once: no key takes them away.
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape')
  const recoveryCodes = await dialog.getByRole('listitem').allInnerTexts()
  expect(new Set(recoveryCodes).size).toBe(10)
  await look('two-step-codes')
  await page.emulateMedia({ media: 'print' })
  const [onPaper = ''] = await page.locator('body').allInnerTexts()
  expect(onPaper.trim().split(/\n+/)).toEqual([
    `${brand.name} recovery codes of ${person.username}. Each works once.`,
    ...recoveryCodes,
  ])
  await page.emulateMedia({ media: null })
  await button(page, 'I have saved them').click()
  await page.getByText('10 recovery codes are left').waitFor()
  // What had the focus before the dialog has gone.
  await hasFocus(page, 'Two-step sign-in is on.')
  await look('two-step-on')
  return { ...person, secret, recoveryCodes }
}

describe.each(looks)('on a $device, $scheme', (look) => {
  it('an app is set up, asked for at sign-in, and every page of it is sound', async () => {
    const visitor = await visit(browser, product.origin, look)
    const { page, complaints, context, calls } = visitor
    const person = await withApp(visitor, (name) => isSound(visitor, name))
    await signOut(page)
    await signIn(page, person)
    await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
    // Nothing is open before the second step.
    expect((await context.cookies()).filter(({ name }) => /refreshToken|session/.test(name))).toEqual([])
    await isSound(visitor, 'two-step-sign-in')
    await page.getByLabel('Code from your app').fill('000000')
    await page.keyboard.press('Enter')
    await page.getByText('This code is not right').waitFor()
    await isSound(visitor, 'two-step-wrong')
    await page.getByLabel('Code from your app').fill(await nextCode(person.secret))
    await page.keyboard.press('Enter')
    await greeting(page, person).waitFor()
    await page.getByRole('link', { name: 'Sessions' }).click()
    await signedInWith(page, 'password and code')
    expect(countOf(calls, 'POST /api/login 202')).toBe(1)
    expect(countOf(calls, 'POST /api/login/factor 401')).toBe(1)
    expect(countOf(calls, 'POST /api/login/factor 200')).toBe(1)
    await page.reload()
    await signedInWith(page, 'password and code')
    expect(complaints).toEqual([])
    await visitor.leave()
  })

  it('a browser that is trusted leaves the code out, a copy of its cookies does not, and that can be stopped', async () => {
    const visitor = await visit(browser, product.origin, look)
    const { page, complaints, context, calls } = visitor
    const person = await withApp(visitor)
    await signOut(page)
    await signIn(page, person)
    await page.getByLabel('Trust this browser for 30 days').check()
    await isSound(visitor, 'two-step-trust')
    await page.getByLabel('Code from your app').fill(await nextCode(person.secret))
    await page.keyboard.press('Enter')
    await greeting(page, person).waitFor()
    for (let turn = 0; turn < 2; turn += 1) {
      await signOut(page)
      await page.reload()
      await signIn(page, person)
      await greeting(page, person).waitFor()
    }
    expect(countOf(calls, 'POST /api/login/factor 200')).toBe(1)

    const copy = await visit(browser, product.origin, look)
    await copy.context.addCookies((await context.cookies()).filter(({ name }) => name.endsWith('.device')))
    await copy.page.goto('/login')
    await signIn(copy.page, person)
    await copy.page.getByRole('heading', { name: 'Enter your code' }).waitFor()
    expect(copy.calls).toEqual(['POST /api/login 202'])
    await copy.leave()

    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByText(/Signs in without your second step until \w+ \d+/).waitFor()
    await isSound(visitor, 'known-browser-trusted')
    await button(page, 'Stop trusting').click()
    await isSound(visitor, 'known-browser-stop-trusting')
    await button(page, 'Stop trusting').click()
    await page.getByText('is no longer trusted').waitFor()
    await isSound(visitor, 'known-browser-no-longer-trusted')
    await page.getByRole('link', { name: 'Dashboard' }).click()
    await greeting(page, person).waitFor()
    await signOut(page)
    await signIn(page, person)
    await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
    expect(complaints).toEqual([])
    await visitor.leave()
  })
})

it('a recovery code lets its owner in once, and only once', async () => {
  const visitor = await visit(browser, product.origin)
  const { page } = visitor
  const person = await withApp(visitor)
  const enter = async () => {
    await signOut(page)
    await signIn(page, person)
    await button(page, 'Use a recovery code').click()
    await page.getByLabel('Recovery code').fill(person.recoveryCodes[3] ?? '')
    await page.keyboard.press('Enter')
  }
  await enter()
  await greeting(page, person).waitFor()
  await page.getByRole('link', { name: 'Account', exact: true }).click()
  await page.getByText('9 recovery codes are left').waitFor()
  await enter()
  await page.getByText('This code is not right').waitFor()
  await button(page, 'Start again').click()
  await loginHeading(page).waitFor()
  await visitor.leave()
})

it('what is dangerous asks for a code, not for the password', async () => {
  const visitor = await visit(browser, product.origin)
  const { page } = visitor
  const person = await withApp(visitor)
  await product.advance(11 * 60)
  aheadMs += 11 * 60_000
  await button(page, 'Turn off two-step sign-in').click()
  await button(page, 'Turn it off').click()
  const dialog = page.getByRole('dialog', { name: 'Confirm it’s you' })
  await dialog.getByLabel('Code from your app').waitFor()
  expect(await dialog.getByLabel('Your password').count()).toBe(0)
  await expectAccessible(page)
  await visitor.screenshot('step-up-code')
  await dialog.getByLabel('Code from your app').fill(await nextCode(person.secret))
  await page.keyboard.press('Enter')
  await button(page, 'Set up two-step sign-in').waitFor()
  await hasFocus(page, 'Two-step sign-in is off.')
  await signOut(page)
  await signIn(page, person)
  await greeting(page, person).waitFor()
  await visitor.leave()
})

it('whose role needs a second step sets it up on the way in', async () => {
  const strict = await startProduct({ REQUIRE_FACTOR_FOR: 'user' })
  const visitor = await visit(browser, strict.origin)
  const { page, complaints } = visitor
  const person = newPerson()
  await page.goto('/register')
  await page.getByLabel('Username', { exact: true }).fill(person.username)
  await page.getByLabel('Email', { exact: true }).fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await button(page, 'Create account').click()
  await page.getByRole('heading', { name: 'Set up two-step sign-in' }).waitFor()
  const secret = (await page.getByText(/^(?:[A-Z2-7]{4} ?)+$/).textContent()) ?? ''
  await isSound(visitor, 'two-step-required')
  await page.getByLabel('Code from your app').fill(codeOf(secret, Date.now()))
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Save your recovery codes' }).waitFor()
  await button(page, 'I have saved them').click()
  await greeting(page, person).waitFor()
  expect(complaints).toEqual([])
  await visitor.leave()
  await strict.stop()
})

/** Keeps what becomes of every question for a passkey. */
function watchQuestions() {
  // Not on the empty page that comes first.
  if (!isSecureContext) return
  const outcomes: string[] = []
  Object.assign(window, { outcomes })
  const get = navigator.credentials.get.bind(navigator.credentials)
  navigator.credentials.get = (options) => {
    const answer = get(options)
    const kind = options?.mediation ?? 'asked'
    answer.then(
      () => outcomes.push(`${kind}: answered`),
      ({ name }) => outcomes.push(`${kind}: ${name}`),
    )
    return answer
  }
}

async function addPasskey(page: Page) {
  await button(page, 'Add a passkey').click()
  await page.getByText('has been added').waitFor()
}

it('by keyboard alone a passkey is shown in place of a code, and starting again calls the question off', async () => {
  const visitor = await visit(browser, product.origin)
  const { page, calls, offers, complaints } = visitor
  await visitor.context.addInitScript(watchQuestions)
  const authenticator = await giveAuthenticator(page)
  const person = await withApp(visitor)
  await addPasskey(page)
  // It answers what comes from now on.
  await authenticator.isTouched(false)
  await signOut(page)
  await signIn(page, person)
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
  await reach(page, 'Use a passkey')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Waiting for your passkey…' }).waitFor()
  await isSound(visitor, 'two-step-passkey')
  const asked = offers.length
  await reach(page, 'Start again')
  await page.keyboard.press('Enter')
  await loginHeading(page).waitFor()
  await expect.poll(() => offers.length).toBeGreaterThan(asked)
  const outcomes = () => page.evaluate(() => ('outcomes' in window ? window.outcomes : []))
  await expect.poll(outcomes).toContain('asked: AbortError')

  await authenticator.isTouched(true)
  await signIn(page, person)
  await reach(page, 'Use a passkey')
  await page.keyboard.press('Enter')
  await greeting(page, person).waitFor()
  expect(countOf(calls, 'POST /api/login/factor/passkey 200')).toBe(1)
  expect(countOf(calls, 'POST /api/login/passkey 200')).toBe(0)
  await page.getByRole('link', { name: 'Sessions' }).click()
  await signedInWith(page, 'password and passkey')
  expect(complaints).toEqual([])
  await visitor.leave()
})

it('whose role needs a second step and who has a passkey alone is asked for that, on every device', async () => {
  const strict = await startProduct({ REQUIRE_FACTOR_FOR: 'admin' })
  for (const look of looks) {
    const visitor = await visit(browser, strict.origin, look)
    const { page, calls, complaints } = visitor
    const authenticator = await giveAuthenticator(page)
    const person = newPerson()
    await register(page, person)
    await page.getByRole('link', { name: 'Account', exact: true }).click()
    await addPasskey(page)
    await authenticator.isTouched(false)
    await signOut(page)
    await strict.makeAdmin(person.email)
    await signIn(page, person)
    await page.getByRole('heading', { name: 'Use your passkey' }).waitFor()
    await isSound(visitor, 'two-step-passkey-alone')
    await authenticator.isTouched(true)
    await page.keyboard.press('Enter')
    await greeting(page, person).waitFor()
    expect(countOf(calls, 'POST /api/login/factor/passkey 200')).toBe(1)
    expect(complaints).toEqual([])
    await visitor.leave()
  }
  await strict.stop()
})
