import { describe, expect, it } from 'vitest'
import { otherBrowsers, presentCopy, signInFrom } from './support/elsewhere.ts'
import { greeting, loginHeading, newPerson, register, signOut } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import {
  countOf,
  expectAccessible,
  expectNoSidewaysScrolling,
  layoutShift,
  looks,
  visit,
} from './support/visitor.ts'

describe.each(looks)('on a $device, $scheme', (look) => {
  it('one registers, watches a refresh, reloads, and leaves without a trace', async () => {
    const visitor = await visit(browser, product.origin, look)
    const { page, calls, complaints, screenshot } = visitor
    const person = newPerson()

    await page.goto('/register')
    await page.getByRole('button', { name: 'Create account' }).waitFor()
    expect(await layoutShift(page)).toBeLessThan(0.01)
    await expectAccessible(page)
    await screenshot('register')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('Enter your email address.').waitFor()
    await expectAccessible(page)
    await screenshot('register-complaints')

    await register(page, person)
    expect(new URL(page.url()).pathname).toBe('/dashboard')

    await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await page.getByText('200 OK').waitFor()
    await page.getByText(`"Welcome, ${person.username}`).waitFor()
    expect(countOf(calls, 'POST /api/refresh-token 200')).toBe(0)

    await page.getByRole('button', { name: 'Expire my access token now' }).click()
    await page.getByText('server now refuses your access token').waitFor()
    await screenshot('dashboard-expired')
    calls.length = 0
    await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await page.getByText('A new access token has arrived').waitFor()
    await page.getByText('200 OK').waitFor()
    await expect
      .poll(() => calls)
      .toEqual(['GET /api/protected 401', 'POST /api/refresh-token 200', 'GET /api/protected 200'])
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await screenshot('dashboard')

    calls.length = 0
    await page.reload()
    await greeting(page, person).waitFor()
    await expect.poll(() => calls).toEqual(['POST /api/refresh-token 200', 'GET /api/activity 200'])
    expect(await layoutShift(page)).toBeLessThan(0.01)

    // A second entry in the history, for the back button to go to.
    await page.goto('/')
    await greeting(page, person).waitFor()
    await signOut(page)
    await page.getByText('You are signed out.').waitFor()
    expect(new URL(page.url()).pathname).toBe('/login')
    expect(calls.at(-1)).toBe('POST /api/logout 200')
    await expectAccessible(page)
    await screenshot('login-signed-out')
    calls.length = 0
    await page.goBack()
    await loginHeading(page).waitFor()
    expect(await page.getByText(person.email).count()).toBe(0)
    expect(calls).toEqual([])

    expect(complaints).toEqual([])
    await visitor.leave()
  })

  it('one looks after sessions, activity and password', async () => {
    const visitor = await visit(browser, product.origin, look)
    const { page, context, complaints, screenshot } = visitor
    const person = newPerson()
    await register(page, person)

    await page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await page.getByText('You are not signed in anywhere else.').waitFor()
    await screenshot('sessions-alone')
    for (const browserName of otherBrowsers) await signInFrom(product.origin, person, browserName)
    await page.reload()
    await page.getByRole('button', { name: 'Rename Safari on iOS' }).waitFor()
    expect(await layoutShift(page)).toBeLessThan(0.01)
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await page.getByRole('button', { name: 'Rename Safari on iOS' }).click()
    await page.getByLabel('Name', { exact: true }).fill('My phone')
    await expectAccessible(page)
    await screenshot('sessions-renaming')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'End the session curl' }).click()
    await page.getByRole('button', { name: 'End session' }).waitFor()
    await expectAccessible(page)
    await screenshot('sessions-ending')
    await page.getByRole('button', { name: 'End session' }).click()
    await page.getByText('The session curl has ended.').waitFor()
    await page.getByRole('heading', { name: 'My phone' }).waitFor()
    await screenshot('sessions')

    await presentCopy(product.origin, await context.cookies())
    await page.getByRole('link', { name: 'Dashboard' }).click()
    await page.getByText('A copy of your session was refused.').waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await screenshot('dashboard-notice')

    await page.getByRole('link', { name: 'See recent activity' }).click()
    await page.getByRole('heading', { name: 'Account created' }).waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await screenshot('activity')
    await page.reload()
    await page.getByRole('heading', { name: 'Account created' }).waitFor()
    expect(await layoutShift(page)).toBeLessThan(0.01)

    await page.getByRole('link', { name: 'Account', exact: true }).click()
    await page.getByRole('link', { name: 'Change password' }).click()
    await page.getByLabel('Current password').fill('a wrong one')
    await page.getByLabel('New password', { exact: true }).fill('candle river mosaic')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('This is not your current password.').waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await screenshot('password-refused')
    await page.getByLabel('Current password').fill(person.password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password has been changed.').waitFor()
    await screenshot('password-changed')

    expect(complaints).toEqual([])
    await visitor.leave()
  })
})
