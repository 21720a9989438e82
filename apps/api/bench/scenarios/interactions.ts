import { routes } from '@latchkey/contracts'
import { TOTP } from 'otpauth'
import type { Browser, Locator, Page } from 'playwright-core'
import { launchChromium } from '../../../web/e2e/support/chromium.ts'
import { phone, slowdown } from '../browser.ts'
import { type Lab, withDatabase } from '../lab.ts'
import { password, populate } from '../people.ts'
import { median } from '../rounds.ts'
import { type Row, row, type Skipped } from '../row.ts'

/** An administrator among five hundred people, signed in on so many devices: long lists everywhere. */
const crowd = { users: 500, sessionsEach: 3 }
const ownSessions = 30
const longestStepMs = 60_000

/**
 * What one waits for after pressing something: Interaction to Next Paint, the worst of all that can be done on all pages of a
 * phone whose processor is as much slower. What the API is asked for meanwhile is not in it.
 */
export async function interactions(lab: Lab, { rounds }: { rounds: number }): Promise<(Row | Skipped)[]> {
  const claim = { id: 'web-inp', what: 'interaction to next paint, the worst of every page' }
  const browser = await launchChromium().catch(() => null)
  if (!browser) return [{ ...claim, skipped: 'no Chromium found; set CHROMIUM_PATH' }]
  const uri = await lab.database('interactions')
  const product = await lab.product({ MONGO_URI: uri })
  const administrators = await withDatabase(uri, async (database) => {
    // Each round ends its sessions.
    const own = await populate(database, { users: rounds, sessionsEach: ownSessions })
    await populate(database, crowd, 0)
    const emails = own.map(({ email }) => email)
    await database
      .collection('users')
      .updateMany({ email: { $in: emails } }, { $set: { roles: ['user', 'admin'] } })
    return emails
  })

  const seen = new Map<string, number[]>()
  for (const email of administrators) {
    const visitor = await Visitor.arrive(browser, product.url, slowdown)
    for (const tour of [beforeSignIn, behindLinks, signedIn, administration, secondStep])
      await tour(visitor, email)
    await visitor.leave()
    for (const [name, milliseconds] of visitor.seen) seen.set(name, [...(seen.get(name) ?? []), milliseconds])
  }
  await browser.close()
  await product.stop()

  const slowestFirst = [...seen].sort(([, a], [, b]) => median(b) - median(a))
  const [[where, milliseconds] = ['nowhere', []], [next] = ['']] = slowestFirst
  return [
    row(
      {
        ...claim,
        unit: 'ms',
        limit: 100,
        must: 'stay below',
        from: `${where}, of ${seen.size} interactions; next: ${next}; CPU slowed ${slowdown} times`,
      },
      milliseconds,
    ),
  ]
}

type Tour = (visitor: Visitor, email: string) => Promise<void>

const beforeSignIn: Tour = async (visitor) => {
  const { tap, type, press, field, button, link } = visitor
  await visitor.open('sign-in', '/login')
  await tap('the email field', field('Email or username'))
  await type('an address', 'user')
  await tap('the password field', field('Password'))
  await type('a password', 'otter')
  await tap('show the password', button('Show password'))
  await tap('Deutsch', button('Deutsch'))
  await tap('English', button('English'))
  await tap('a wrong sign-in', button('Sign in'))
  await visitor.refused()
  await press('a wrong sign-in by key', 'Enter')

  await tap('to registering', link('Create an account'))
  await visitor.at('register', button('Create account'))
  await tap('the username field', field('Username'))
  await type('a username', 'grace')
  await tap('the password field', field('Password'))
  await type('a password', 'Otter lamp 7')
  await tap('a form with mistakes', button('Create account'))
  await type('a correction', 'a@')
  await tap('the next field', field('Password'))

  await visitor.open('forgotten password', '/forgot-password')
  await tap('the email field', field('Email'))
  await type('an address', 'a@')
  await tap('a mistyped address', button('Send me a link'))
  await type('a correction', 'example.com')
  await tap('a right one', button('Send me a link'))

  await visitor.open('not found', '/nowhere')
  await tap('the way out', visitor.main.getByRole('link').first())
}

const behindLinks: Tour = async (visitor) => {
  const { tap, type, field, button, main } = visitor
  const token = 'a'.repeat(43)
  // The link is dead, and shall not be found out before there is something to type into.
  await visitor.page.route(`**${routes.checkResetLink.path}`, (route) => route.abort())
  await visitor.open('reset password', `/reset-password#token=${token}`)
  await tap('the password field', field('New password'))
  await type('a password', 'Otter lamp')
  await tap('the form', button('Change password'))
  for (const path of ['verify-email', 'confirm-email', 'undo-email']) {
    await visitor.open(path, `/${path}#token=${token}`)
    await tap('the button', main.getByRole('button').first())
  }
}

const signedIn: Tour = async (visitor, email) => {
  const { tap, type, press, field, button, link, main } = visitor
  await visitor.open('sign-in', '/login')
  await field('Email or username').fill(email)
  await field('Password').fill(password)
  await tap('signing in', button('Sign in'))
  await visitor.at('dashboard', button('Call the protected endpoint'))
  await tap('a call', button('Call the protected endpoint'))
  await tap('an expired token', button('Expire my access token now'))
  await tap('a call that refreshes', button('Call the protected endpoint'))
  await visitor.useMenu()

  await tap('to the protocol', link('Try it'))
  await visitor.at('protocol', button('Let the access token expire'))
  await tap('an expired token', button('Let the access token expire'))
  await visitor.says(/generation \d+ to/)
  for (const time of ['first', 'second']) {
    await tap(`ten calls, the ${time} time`, button('Ten calls in two tabs at once'))
    await visitor.says(/Ten calls, two clients/)
  }
  await tap('the page’s own calls', main.getByRole('switch'))
  await visitor.useMenu()
  await tap('clearing the lanes', button('Clear the lanes'))

  await visitor.go('Sessions')
  await tap('details', main.locator('summary').first())
  await tap('rename', button(/^Rename/))
  await type('a name', 'Laptop')
  await tap('save', button('Save'))
  await tap('show all', button(/^Show all \d+ sessions/))
  await tap('end one', button(/^End the session/))
  await tap('yes, end it', button('End session'))
  await visitor.says(/has ended/)
  await tap('end all others', button('End all others'))
  await press('rather not', 'Escape')
  await visitor.useMenu()

  await visitor.go('Activity')
  await tap('open an event', main.locator('summary').first())

  await visitor.go('Account')
  await tap('change the username', button('Change username'))
  await type('a username', ' x')
  await tap('save it with a mistake', button('Save'))
  await type('a correction', 'y')
  await press('rather not', 'Escape')
  await tap('change the address', button('Change email'))
  await type('an address', 'ada')
  await tap('send it with a mistake', button('Send the email'))
  await press('rather not', 'Escape')
  await tap('download my data', button('Download my data'))
  await tap('delete my account', button('Delete my account'))
  await press('rather not', 'Escape')
  await visitor.useMenu()

  await tap('to the password', link('Change password'))
  await visitor.at('password', field('New password'))
  await tap('a password field', field('Current password'))
  await type('the old password', 'otter')
  await tap('another field', field('New password'))
  await type('a password', 'Otter lamp')
  await tap('a wrong password', button('Change password'))
  await visitor.refused()
}

const administration: Tour = async (visitor) => {
  const { tap, type, press, field, button, link, main, page } = visitor
  const listed = async (deed: () => Promise<void>) => {
    const answer = page.waitForResponse(`**${routes.findUsers.path}*`)
    await deed()
    await answer
  }
  await visitor.go('Users')
  await tap('the search field', field('Search'))
  await listed(() => type('a search', 'user-4'))
  await listed(() => tap('a filter', link('Disabled')))
  await listed(() => tap('no filter', link('All')))
  await listed(() => tap('a column’s head', main.getByRole('columnheader').getByRole('link').first()))
  await visitor.useMenu()
  await listed(() => tap('the next page', link('Next page')))
  await tap('somebody', main.getByRole('rowheader').getByRole('link').first())
  await visitor.at('user', button('Explain'))
  await tap('explain', button('Explain'))
  for (const name of ['Make administrator', 'Disable account']) {
    await tap(name, button(name))
    await press('rather not', 'Escape')
  }
  await tap('back to the list', link('All users'))
  await visitor.at('users', field('Search'))
}

const secondStep: Tour = async (visitor, email) => {
  const { tap, type, press, field, button, page, main } = visitor
  await visitor.go('Account')
  await tap('set up two steps', button('Set up two-step sign-in'))
  const code = field('Code from your app')
  await tap('the code field', code)
  const secret = (await main.locator('form code').textContent())?.replaceAll(' ', '') ?? ''
  await type('a code', new TOTP({ secret }).generate())
  await tap('turn it on', button('Turn on'))
  const saved = page.getByRole('button', { name: 'I have saved them' })
  await visitor.at('recovery codes', saved)
  await tap('copy', page.getByRole('button', { name: 'Copy' }))
  await tap('close the dialog', saved)
  await visitor.at('account', visitor.menu)
  await tap('the menu', visitor.menu)
  await tap('sign out', page.getByRole('menuitem', { name: 'Sign out' }))
  await visitor.at('sign-in', field('Email or username'))
  await field('Email or username').fill(email)
  await field('Password').fill(password)
  await tap('signing in', button('Sign in'))
  await visitor.at('second step', field('Code from your app'))
  await type('a code', '123456')
  await tap('the form', button('Sign in'))
  await visitor.refused()
  await tap('another way', button('Use a recovery code'))
  await type('a recovery code', 'abcd')
  await press('the form by key', 'Enter')
}

/** Somebody with a phone. Does one thing after the other, and looks how long the page took to show it. */
class Visitor {
  /** Milliseconds, by the page and what was done there. */
  readonly seen = new Map<string, number>()
  readonly page: Page
  readonly main: Locator
  readonly menu: Locator
  private readonly slowDown: (rate: number) => Promise<unknown>
  private readonly slowdown: number
  private place = ''

  static async arrive(browser: Browser, origin: string, slowdown: number): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: phone,
      isMobile: true,
      hasTouch: true,
      baseURL: origin,
    })
    context.setDefaultTimeout(longestStepMs)
    await context.addInitScript(watchInteractions)
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    return new Visitor(page, slowdown, (rate) => devtools.send('Emulation.setCPUThrottlingRate', { rate }))
  }

  private constructor(page: Page, slowdown: number, slowDown: Visitor['slowDown']) {
    this.page = page
    this.main = page.getByRole('main')
    this.menu = page.getByRole('button', { name: /^(Menu of|Menü von)/ })
    this.slowdown = slowdown
    this.slowDown = slowDown
  }

  readonly field = (label: string) => this.page.getByLabel(label, { exact: true }).first()
  readonly button = (name: string | RegExp) => this.page.getByRole('button', { name, exact: true }).first()
  readonly link = (name: string | RegExp) => this.page.getByRole('link', { name, exact: true }).first()

  readonly tap = async (what: string, target: Locator) => {
    await target.scrollIntoViewIfNeeded()
    const box = await target.boundingBox()
    if (!box) throw new Error(`${this.place}: ${what} cannot be seen`)
    await this.page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
    await this.note(what)
  }

  readonly type = async (what: string, text: string) => {
    for (const letter of text) await this.page.keyboard.press(letter === ' ' ? 'Space' : letter)
    await this.note(what)
  }

  readonly press = async (what: string, key: string) => {
    await this.page.keyboard.press(key)
    await this.note(what)
  }

  /** Loads a page as fast as it can be; what loading takes is another row's. */
  async open(name: string, path: string) {
    await this.slowDown(1)
    // So that another part after the # is another page, too.
    await this.page.goto('about:blank')
    await this.page.goto(path)
    await this.page.locator('[data-prerendered]').waitFor({ state: 'detached' })
    await this.at(name, this.main.getByRole('heading', { level: 1 }))
    await this.page.waitForLoadState('networkidle')
    await this.slowDown(this.slowdown)
  }

  /** On another page from now on, once this is there. */
  async at(name: string, there: Locator) {
    await there.waitFor()
    this.place = name
  }

  /** By the navigation at the top. */
  async go(name: string) {
    await this.tap(
      `to ${name}`,
      this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }),
    )
    await this.at(name.toLowerCase(), this.main.getByRole('heading', { level: 1, name }))
    await this.page.waitForLoadState('networkidle')
  }

  async says(text: RegExp) {
    await this.page.getByRole('status').filter({ hasText: text }).first().waitFor()
  }

  /** The form, or one of its fields, says what is wrong. */
  async refused() {
    await this.main.locator('[role="alert"]:not(:empty), [aria-invalid="true"]').first().waitFor()
  }

  /** What it takes to change the whole page. */
  async useMenu() {
    const choice = (name: string) => this.page.getByRole('menuitemradio', { name })
    await this.tap('the menu', this.menu)
    await this.tap('dark', choice('Dark'))
    await this.tap('Deutsch', choice('Deutsch'))
    await this.tap('English', choice('English'))
    await this.press('an arrow in the menu', 'ArrowDown')
    await this.press('close the menu', 'Escape')
  }

  leave = () => this.page.context().close()

  private async note(what: string) {
    const milliseconds = Number(await this.page.evaluate('takeInteractions()'))
    const name = `${this.place}, ${what}`
    this.seen.set(name, Math.max(this.seen.get(name) ?? 0, milliseconds))
  }
}

/**
 * Runs in the page; as text, because what compiles this file knows nothing of a page. Resolves with the longest since the last time
 * once they have been painted and nothing else is going on.
 */
const watchInteractions = `
  let longest = 0
  const note = (entries) => {
    for (const { interactionId, duration } of entries) if (interactionId) longest = Math.max(longest, duration)
  }
  const observer = new PerformanceObserver((list) => note(list.getEntries()))
  observer.observe({ type: 'event', durationThreshold: 16 })
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  const idle = () => new Promise((done) => requestIdleCallback(done, { timeout: 1000 }))
  globalThis.takeInteractions = async () => {
    await painted()
    await painted()
    await idle()
    note(observer.takeRecords())
    const taken = longest
    longest = 0
    return taken
  }
`
