import type { Page } from 'playwright-core'

export interface Person {
  username: string
  email: string
  password: string
}

let people = 0

/** Somebody nobody has met before. */
export function newPerson(): Person {
  people += 1
  const username = `ada-${Date.now().toString(36)}-${people}`
  return { username, email: `${username}@example.com`, password: 'otter lamp violet grain' }
}

export async function register(page: Page, person: Person): Promise<void> {
  await page.goto('/register')
  await page.getByLabel('Username', { exact: true }).fill(person.username)
  await page.getByLabel('Email', { exact: true }).fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await greeting(page, person).waitFor()
}

export async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel('Email or username').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Waits for the server's part, too: the page does not. */
export async function pressSignOut(page: Page): Promise<void> {
  const answer = page.waitForResponse('**/api/logout')
  await page.getByRole('button', { name: /^Menu of/ }).press('Enter')
  await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter')
  await answer
}

export async function signOut(page: Page): Promise<void> {
  await pressSignOut(page)
  await loginHeading(page).waitFor()
}

export const greeting = (page: Page, { username }: Person) =>
  page.getByRole('heading', { name: `Hello, ${username}` })

export const loginHeading = (page: Page) => page.getByRole('heading', { name: 'Sign in' })

/** Opens the sign-in page, signs in and waits for the dashboard. */
export async function arrive(page: Page, person: Person): Promise<void> {
  await page.goto('/login')
  await signIn(page, person)
  await greeting(page, person).waitFor()
}

/** Which session the browser holds, as its readable cookie says. */
export async function sessionId(page: Page): Promise<string | undefined> {
  const cookies = await page.context().cookies()
  const own = cookies.find(({ name, path }) => path === '/' && name.endsWith('.session'))
  return own?.value.split('.')[0]
}

/** The next call is refused, refreshes and is repeated; resolves when it is answered. */
export async function callAfterExpiry(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Expire my access token now' }).click()
  await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
  await page.getByText('A new access token has arrived').waitFor()
  await page.getByText('200 OK').waitFor()
}
