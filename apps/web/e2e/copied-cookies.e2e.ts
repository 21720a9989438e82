import { describe, expect, it } from 'vitest'
import { callAfterExpiry, greeting, loginHeading, newPerson, register, sessionId } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { visit } from './support/visitor.ts'

describe('cookies copied into another browser', () => {
  it('open nothing there, and their owner goes on and is told', async () => {
    const owner = await visit(browser, product.origin)
    const person = newPerson()
    await register(owner.page, person)
    const sid = await sessionId(owner.page)
    const cookies = await owner.context.cookies()
    expect(cookies.filter(({ httpOnly }) => httpOnly).map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/\.refreshToken$/),
    )

    const thief = await visit(browser, product.origin)
    // Without the cookie by which this browser is known: with it the thief would be told that a key was forgotten.
    await thief.context.addCookies(cookies.filter(({ name }) => !name.endsWith('.device')))
    const refusal = thief.page.waitForResponse('**/api/refresh-token')
    await thief.page.goto('/dashboard')
    const answer = await refusal
    expect(answer.status()).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'refresh_token_locked' })
    await loginHeading(thief.page).waitFor()
    expect(await thief.page.getByText(person.username).count()).toBe(0)
    expect(thief.calls).toEqual(['POST /api/refresh-token 403'])
    await thief.leave()

    owner.calls.length = 0
    await callAfterExpiry(owner.page)
    expect(owner.calls).toEqual([
      'GET /api/protected 401',
      'POST /api/refresh-token 200',
      'GET /api/protected 200',
    ])
    expect(await sessionId(owner.page)).toBe(sid)

    await owner.page.reload()
    await greeting(owner.page, person).waitFor()
    await owner.page.getByText('A copy of your session was refused.').waitFor()
    await owner.page.getByRole('link', { name: 'See recent activity' }).click()
    await owner.page.getByRole('heading', { name: 'A copy of your session was refused' }).waitFor()

    await owner.page.getByRole('link', { name: 'Dashboard' }).click()
    await greeting(owner.page, person).waitFor()
    expect(await owner.page.getByRole('link', { name: 'See recent activity' }).count()).toBe(0)
    await owner.leave()
  })

  it('open nothing later either, when the owner has moved on by several generations', async () => {
    const owner = await visit(browser, product.origin)
    const person = newPerson()
    await register(owner.page, person)
    const cookies = await owner.context.cookies()
    for (let round = 0; round < 10; round += 1) await callAfterExpiry(owner.page)

    const thief = await visit(browser, product.origin)
    await thief.context.addCookies(cookies)
    await thief.page.goto('/dashboard')
    await loginHeading(thief.page).waitFor()
    expect(new Set(thief.calls)).toEqual(new Set(['POST /api/refresh-token 403']))
    await thief.leave()
    await callAfterExpiry(owner.page)
    await owner.leave()
  })
})
