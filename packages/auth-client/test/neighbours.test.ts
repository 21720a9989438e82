import { describe, expect, it } from 'vitest'
import { problemBody } from './support/protocol-server.ts'
import {
  ada,
  eventually,
  passing,
  refreshPath,
  settled,
  setUp,
  signedInTab,
  statusOf,
} from './support/setup.ts'

const logoutPath = '/api/logout'
/** As an older Latchkey on another port sets it, under the name that ours had once. */
const theirs = 'session=0123456789abcdef01234567.3'

describe('beside a neighbour’s session under a name that was ours once', () => {
  it('a sign-out reaches the server, and is no switch to theirs', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.jar.write(theirs)
    await tab.logout()
    expect(world.server.count(logoutPath)).toBe(1)
    tab.wake()
    await settled()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'signedOut' })
    expect(world.server.count(refreshPath)).toBe(0)
    expect(world.browser.jar.readable()).toBe(theirs)
  })

  it('a sign-out that an earlier page could not finish is finished', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.jar.write(theirs)
    world.browser.network.offline = true
    await tab.logout()
    tab.stop()
    world.browser.network.offline = false
    const next = world.browser.tab()
    await next.start()
    await eventually(() => expect(world.server.count(logoutPath)).toBe(1))
    expect(statusOf(next)).toBe('signedOut')
    expect(world.browser.jar.readable()).toBe(theirs)
  })

  it('a page that nobody is signed in to asks once, says nothing of an end, and leaves theirs alone', async () => {
    const { browser, server } = await setUp()
    browser.jar.write(theirs)
    const tab = browser.tab()
    await tab.start()
    tab.wake()
    await settled()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
    expect(server.count(refreshPath)).toBe(1)
    expect(browser.jar.readable()).toBe(theirs)

    await tab.login(ada)
    expect(statusOf(tab)).toBe('signedIn')
    expect(browser.jar.readable()).toContain(theirs)
  })
})

it('a session that was opened under a former name and has ended is forgotten', async () => {
  const { browser, server } = await setUp()
  browser.jar.write(theirs)
  server.answerNext(refreshPath, 403, problemBody(403, 'refresh_token_revoked'))
  const tab = browser.tab()
  await tab.start()
  expect(tab.getState()).toMatchObject({ status: 'signedOut', reason: 'ended' })
  expect(browser.jar.readable()).toBe('')
})

it('a sign-out that a full cookie jar kept from the server is told later', async () => {
  const world = await setUp()
  const tab = await signedInTab(world)
  world.server.answerNext(logoutPath, 431, problemBody(431, 'headers_too_large'))
  await tab.logout()
  const told = eventually(() => expect(world.server.count(logoutPath)).toBe(2))
  await passing(world.browser.time, told)
  await told
})
