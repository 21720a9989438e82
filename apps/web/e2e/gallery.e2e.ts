import type { Page, Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { codeOf } from './support/authenticator-app.ts'
import { otherBrowsers, presentCopy, signInFrom } from './support/elsewhere.ts'
import {
  emulate,
  englishLeft,
  hang,
  hangChanged,
  picture,
  resize,
  settled,
  skeletons,
} from './support/gallery.ts'
import { gate } from './support/gate.ts'
import { linkTo } from './support/mail.ts'
import { newPerson, type Person, register, signIn } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { giveAuthenticator } from './support/virtual-authenticator.ts'
import { layoutShift, type Visitor, visit } from './support/visitor.ts'

const limitMs = 180_000

/** Somebody new, to whom nothing has happened; somebody with much of everything, and with long and foreign names. */
let plain: Visitor
let full: Visitor
let stranger: Visitor
const somebody = newPerson()
const manyNamed: Person = {
  ...newPerson(),
  username: 'Wilhelmina-Featherstonehaugh-III',
  email: 'wilhelmina.featherstonehaugh-cholmondeley@correspondence.example.com',
}

afterEach(async () => {
  for (const { page } of [plain, full, stranger]) await page.unrouteAll({ behavior: 'ignoreErrors' })
})

const main = (page: Page) => page.getByRole('main')

beforeAll(async () => {
  for (let at = 0; at < 3; at++) await join({ ...newPerson(), username: `grace-${at}` })
  plain = await visit(browser, product.origin)
  await register(plain.page, somebody)
  full = await visit(browser, product.origin)
  await giveAuthenticator(full.page, { synced: true })
  await register(full.page, manyNamed)
  await product.makeAdmin(manyNamed.email)
  for (const agent of otherBrowsers) await signInFrom(product.origin, manyNamed, agent)
  await presentCopy(product.origin, await full.context.cookies())
  await full.page.goto('/sessions')
  for (const [at, name] of [
    '研究室の古いノートパソコン 🦊',
    'הטלפון של אבא',
    'Donaudampfschifffahrtsgesellschaftsrechner',
  ].entries()) {
    await main(full.page)
      .getByRole('button', { name: /^Rename/ })
      .nth(at + 1)
      .click()
    await full.page.getByLabel('Name', { exact: true }).fill(name)
    const answer = full.page.waitForResponse('**/api/sessions/*')
    await full.page.keyboard.press('Enter')
    await answer
    await full.page.reload()
    await settled(full.page)
  }
  await full.page.goto('/account')
  await full.page.getByRole('button', { name: 'Add a passkey' }).click()
  await full.page.getByRole('list', { name: 'Your passkeys' }).waitFor()
  stranger = await visit(browser, product.origin)
}, limitMs)

afterAll(async () => {
  for (const visitor of [plain, full, stranger]) await visitor?.leave()
})

async function join(person: Person) {
  const answer = await fetch(`${product.origin}/api/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(person),
  })
  expect(answer.status).toBe(201)
}

interface SignedInPage {
  name: string
  path: string
  /** What it asks the API for, and cannot do without. */
  asks: string[]
  forAdmins?: boolean
}

const signedInPages: SignedInPage[] = [
  { name: 'dashboard', path: '/dashboard', asks: [] },
  { name: 'protocol', path: '/dashboard/protocol', asks: [] },
  { name: 'sessions', path: '/sessions', asks: ['**/api/sessions', '**/api/devices'] },
  { name: 'activity', path: '/activity', asks: ['**/api/activity*'] },
  { name: 'account', path: '/account', asks: ['**/api/factors', '**/api/passkeys'] },
  { name: 'password', path: '/account/password', asks: [] },
  { name: 'users', path: '/admin', asks: ['**/api/admin/users*'], forAdmins: true },
  { name: 'user', path: '/admin/users/:id', asks: ['**/api/admin/users/*'], forAdmins: true },
]

const pathOf = async ({ path }: SignedInPage): Promise<string> => {
  if (!path.includes(':id')) return path
  const { page } = full
  await page.goto('/admin')
  const link = main(page).getByRole('link', { name: manyNamed.username, exact: true })
  return (await link.getAttribute('href')) ?? ''
}

const failures: Record<string, (route: Route) => Promise<void>> = {
  offline: (route) => route.abort('internetdisconnected'),
  error: (route) => route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'No.' } } }),
  odd: (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>Which room?</p>' }),
}

/** Everything that may be done to a page that stands still, and is undone again. */
async function hangVariants(page: Page, name: string) {
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'))
  await hangChanged(page, `${name}-rtl`)
  await page.evaluate(() => document.documentElement.removeAttribute('dir'))
  await emulate(page, { forcedColors: 'active' })
  await hangChanged(page, `${name}-forced`)
  await emulate(page, { forcedColors: null, media: 'print' })
  await picture(page, `${name}-print`)
  await emulate(page, { media: null })
}

describe.each(signedInPages)('the page $name', (place) => {
  const visitor = () => (place.forAdmins ? full : plain)

  it(
    'is sound with little in it',
    async () => {
      const { page, complaints } = visitor()
      await page.goto(await pathOf(place))
      await settled(page)
      expect(await layoutShift(page)).toBeLessThan(0.01)
      await hang(page, place.name)
      await hangVariants(page, place.name)
      expect(complaints).toEqual([])
    },
    limitMs,
  )

  if (!place.forAdmins)
    it(
      'is sound with long and foreign names, and with much in it',
      async () => {
        const { page, complaints } = full
        await page.goto(place.path)
        await settled(page)
        await hang(page, `${place.name}-full`)
        await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'))
        await hangChanged(page, `${place.name}-full-rtl`)
        expect(complaints).toEqual([])
      },
      limitMs,
    )

  if (place.asks.length > 0) {
    it(
      'waits for an answer in the places where it will be',
      async () => {
        const { page, complaints } = visitor()
        const path = await pathOf(place)
        for (const width of [360, 1440]) {
          const answered = gate()
          for (const pattern of place.asks)
            await page.route(pattern, async (route) => {
              await answered.opened
              await route.continue()
            })
          await resize(page, width)
          await page.goto(path)
          await skeletons(page).first().waitFor()
          await page.waitForTimeout(500)
          if (width === 1440) {
            await hang(page, `${place.name}-loading`, { isBrief: true })
            await resize(page, width)
            await page.waitForTimeout(700)
          }
          const before = await layoutShift(page)
          answered.open()
          await settled(page)
          await page.waitForTimeout(100)
          expect((await layoutShift(page)) - before, `at ${width}`).toBeLessThan(0.01)
          for (const pattern of place.asks) await page.unroute(pattern)
        }
        expect(complaints).toEqual([])
      },
      limitMs,
    )

    it.each(Object.entries(failures))(
      'says what is the matter: %s',
      async (kind, fail) => {
        const { page, complaints } = visitor()
        const path = await pathOf(place)
        for (const pattern of place.asks) await page.route(pattern, fail)
        await page.goto(path)
        await main(page).getByRole('alert').filter({ hasText: /\S/ }).first().waitFor({ timeout: 30_000 })
        await hang(page, `${place.name}-${kind}`, { isBrief: true })
        for (const pattern of place.asks) await page.unroute(pattern)
        expect(complaints).toEqual([])
      },
      limitMs,
    )
  }

  it(
    'says nothing English in German',
    async () => {
      const { page, complaints } = visitor()
      const path = await pathOf(place)
      await page.evaluate(() => localStorage.setItem('latchkey.language', 'de'))
      await page.goto(path)
      await settled(page)
      await page.evaluate(() => localStorage.removeItem('latchkey.language'))
      await hangChanged(page, `${place.name}-de`)
      const left = await englishLeft(page)
      expect(left).toEqual([])
      expect(complaints).toEqual([])
    },
    limitMs,
  )
})

describe('for people who are signed in', () => {
  it(
    'the menu, what is asked back, and what is typed are sound',
    async () => {
      const { page, complaints } = full
      await page.goto('/dashboard')
      await settled(page)
      await page.getByRole('button', { name: /^Menu of/ }).press('Enter')
      await page.getByRole('menu').waitFor()
      await hang(page, 'menu')
      await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'))
      await hangChanged(page, 'menu-rtl')
      await page.goto('/sessions')
      await settled(page)
      for (const summary of await main(page).locator('summary').all()) await summary.click()
      await main(page)
        .getByRole('button', { name: /^Rename/ })
        .nth(1)
        .click()
      await main(page)
        .getByRole('button', { name: /^End the session/ })
        .last()
        .click()
      await page.getByRole('alertdialog').waitFor()
      await hang(page, 'sessions-open')
      await page.goto('/activity')
      await settled(page)
      for (const summary of await main(page).locator('summary').all()) await summary.click()
      await hang(page, 'activity-open')
      await page.goto('/admin?query=nobody+at+all')
      await settled(page)
      await hang(page, 'users-none')
      await page.goto('/admin/users/000000000000000000000000')
      await settled(page)
      await hang(page, 'user-none')
      expect(complaints).toEqual([])
    },
    limitMs,
  )

  it(
    'what is done at the account is sound',
    async () => {
      const { page, complaints } = plain
      await page.goto('/account')
      await settled(page)
      await page.getByRole('button', { name: 'Change username' }).click()
      await page.getByRole('button', { name: 'Change email' }).click()
      await page.getByRole('button', { name: 'Delete my account' }).click()
      await hang(page, 'account-changing')
      await page.goto('/account')
      await settled(page)
      await page.getByRole('button', { name: 'Set up two-step sign-in' }).click()
      await page.getByRole('img').last().waitFor()
      await hang(page, 'two-step-set-up')
      const secret = (await page.locator('code').last().textContent()) ?? ''
      await page.locator('form input').last().fill(codeOf(secret, Date.now()))
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      await hang(page, 'recovery-codes')
      await emulate(page, { media: 'print' })
      await picture(page, 'recovery-codes-print')
      await emulate(page, { media: null })
      // The codes alone, and not a second sheet with the page behind.
      const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
      expect(paper.match(/\/Type ?\/Page\b/g)).toHaveLength(1)
      await page.goto('/account/password')
      await page.locator('input[type=password]').first().fill('a wrong one')
      await page.locator('input[type=password]').nth(1).fill('short')
      await page.locator('form button[type=submit]').click()
      await page.locator('[aria-invalid=true]').first().waitFor()
      await hang(page, 'password-refused')
      await page.goto('/verify-email#token=abc')
      await settled(page)
      await hang(page, 'verify-email-signed-in')
      expect(complaints).toEqual([])
    },
    limitMs,
  )

  it(
    'what happened is sound on the dashboard and in the window into the protocol',
    async () => {
      const { page, complaints } = plain
      await page.goto('/dashboard')
      await settled(page)
      await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
      await page.getByText('200 OK').waitFor()
      await hang(page, 'dashboard-called')
      await page.route('**/api/protected', failures.error ?? (() => {}))
      await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
      await page.getByText('500').first().waitFor()
      await hang(page, 'dashboard-error')
      await page.unroute('**/api/protected')
      await page.goto('/dashboard/protocol')
      await settled(page)
      for (const [button, end] of [
        ['Lose the next answer', 'Asked 2 times'],
        ['Steal my cookie', 'The thief got 403'],
      ] as const) {
        await page.getByRole('button', { name: button, exact: true }).click()
        await page.getByText(end).first().waitFor()
      }
      expect(await layoutShift(page)).toBeLessThan(0.02)
      await hang(page, 'protocol-used')
      await hangVariants(page, 'protocol-used')
      expect(complaints).toEqual([])
    },
    limitMs,
  )

  it(
    'a page whose code takes long shows a sign of life',
    async () => {
      const { page, context, complaints } = await visit(browser, product.origin)
      const answered = gate()
      await context.route('**/api/refresh-token', async (route) => {
        await answered.opened
        await route.abort()
      })
      await context.addCookies(await plain.context.cookies())
      await page.goto('/sessions')
      await page.waitForTimeout(400)
      await hang(page, 'starting', { isBrief: true })
      answered.open()
      await page
        .getByRole('status')
        .filter({ hasText: /server/ })
        .waitFor()
      await hang(page, 'starting-offline', { isBrief: true })
      expect(complaints).toEqual([])
      await context.close()
    },
    limitMs,
  )
})

interface OpenPage {
  name: string
  path: string
}

const openPages: OpenPage[] = [
  { name: 'login', path: '/login' },
  { name: 'register', path: '/register' },
  { name: 'forgot-password', path: '/forgot-password' },
  { name: 'reset-password', path: '/reset-password#token=abc' },
  { name: 'verify-email', path: '/verify-email#token=abc' },
  { name: 'confirm-email', path: '/confirm-email#token=abc' },
  { name: 'confirm-email-incomplete', path: '/confirm-email' },
  { name: 'undo-email', path: '/undo-email#token=abc' },
  { name: 'not-found', path: '/no/such/page' },
]

describe('before anybody is signed in', () => {
  it.each(openPages)(
    'the page $name is sound',
    async ({ name, path }) => {
      const { page, complaints } = stranger
      // It takes the link for good as long as nobody says otherwise.
      await page.route('**/api/reset-password/check', (route) => route.abort())
      await page.goto('about:blank')
      await page.goto(path)
      await settled(page)
      expect(await layoutShift(page)).toBeLessThan(0.01)
      await hang(page, name)
      await hangVariants(page, name)
      await page.unroute('**/api/reset-password/check')
      expect(complaints).toEqual([])
    },
    limitMs,
  )

  it.each(openPages)(
    'the page $name says nothing English in German',
    async ({ name, path }) => {
      const { page } = stranger
      await page.evaluate(() => localStorage.setItem('latchkey.language', 'de'))
      await page.goto('about:blank')
      await page.goto(path)
      await settled(page)
      await page.evaluate(() => localStorage.removeItem('latchkey.language'))
      await hangChanged(page, `${name}-de`)
      const left = await englishLeft(page)
      expect(left).toEqual([])
    },
    limitMs,
  )

  it(
    'what is refused, slow, lost or odd at the sign-in is sound',
    async () => {
      const { page, complaints } = stranger
      await page.goto('/login')
      await page.locator('form button[type=submit]').click()
      await page.locator('[aria-invalid=true]').first().waitFor()
      await hang(page, 'login-complaints')
      await signIn(page, newPerson())
      await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor()
      await hang(page, 'login-refused')
      for (const [kind, fail] of Object.entries(failures)) {
        await page.goto('/login')
        await page.route('**/api/login', fail)
        await signIn(page, somebody)
        await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor({ timeout: 30_000 })
        await hang(page, `login-${kind}`, { isBrief: true })
        await page.unroute('**/api/login')
      }
      await page.goto('/login')
      const answered = gate()
      await page.route('**/api/login', async (route) => {
        await answered.opened
        await route.abort()
      })
      await signIn(page, somebody)
      await page.waitForTimeout(500)
      await hang(page, 'login-slow', { isBrief: true })
      answered.open()
      await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor({ timeout: 30_000 })
      await page.goto('/register')
      await page.locator('form button[type=submit]').click()
      await page.locator('[aria-invalid=true]').first().waitFor()
      await hang(page, 'register-complaints')
      expect(complaints).toEqual([])
    },
    limitMs,
  )

  it(
    'what comes after a link in an email is sound',
    async () => {
      const { page, complaints } = stranger
      const another = newPerson()
      await join(another)
      await page.goto('/forgot-password')
      await page.locator('input[type=email]').fill('nobody@example.com')
      await page.locator('form button[type=submit]').click()
      await page.locator('form').waitFor({ state: 'detached' })
      await hang(page, 'forgot-password-sent')
      for (const [name, press] of [
        ['verify-email', 'Confirm my address'],
        ['undo-email', 'Put this address back'],
      ] as const) {
        await page.goto(`/${name}#token=abc`)
        await page.getByRole('button', { name: press }).click()
        await page.getByRole('button', { name: press }).waitFor({ state: 'detached' })
        await hang(page, `${name}-invalid`)
      }
      await page.goto('/reset-password#token=abc')
      await page.getByRole('heading', { name: 'This link is not valid' }).waitFor()
      await hang(page, 'reset-password-invalid')
      await page.goto(await linkTo(product.dataDir, another.email, '/verify-email'))
      await page.getByRole('button', { name: 'Confirm my address' }).click()
      await page.locator('input[type=password]').waitFor()
      await hang(page, 'verify-email-owner')
      await page.getByRole('button', { name: 'This was not me' }).click()
      await page.getByRole('button', { name: 'Delete the account' }).waitFor()
      await hang(page, 'verify-email-disown')
      await page.getByRole('button', { name: 'Delete the account' }).click()
      await page.getByRole('heading', { name: 'The account has been deleted' }).waitFor()
      await hang(page, 'verify-email-disowned')
      expect(complaints).toEqual([])
    },
    limitMs,
  )
})
