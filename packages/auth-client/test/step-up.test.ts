import { routes } from '@latchkey/contracts'
import { expect, it, vi } from 'vitest'
import { ownRoutes } from './support/own-routes.ts'
import { codeOf, eventually, gate, refreshPath, settled, setUp, signedInTab } from './support/setup.ts'

const confirmPath = '/api/reauthenticate'
const password = { password: 'correct horse' }

async function staleTab() {
  const world = await setUp()
  world.server.serve(ownRoutes)
  const tab = await signedInTab(world)
  world.server.freshSignInsOnly()
  return { ...world, tab }
}

it('is one question for however many requests wait, and each is sent once more', async () => {
  const { server, tab } = await staleTab()
  const refreshes = server.count(refreshPath)
  const asked = vi.fn(() => tab.reauthenticate(password))
  tab.onStepUp(asked)
  const answers = await Promise.all(Array.from({ length: 5 }, (_, at) => tab.http.post('/own/fresh', { at })))
  expect(answers.map(({ data }) => JSON.parse(data.body).at)).toEqual([0, 1, 2, 3, 4])
  expect(asked).toHaveBeenCalledExactlyOnceWith({ maxAgeSeconds: 600 })
  expect(server.count('/api/own/fresh')).toBe(10)
  expect(server.count(refreshPath)).toBe(refreshes)
  await tab.http.get('/own/fresh')
  expect(asked).toHaveBeenCalledOnce()
})

it('waits for a person as long as they take, whatever the timeout of the request', async () => {
  const { browser, tab } = await staleTab()
  const answered = gate()
  tab.onStepUp(() => answered.promise.then(() => tab.reauthenticate(password)))
  const answer = tab.http.get('/own/fresh', { timeout: 1000 })
  await settled()
  browser.time.advance(60_000)
  answered.open()
  expect((await answer).status).toBe(200)
})

it.each([
  ['nobody is asked', false],
  ['it is declined', true],
])('fails with the server’s answer when %s, and signs nobody out', async (_, asks) => {
  const { server, tab } = await staleTab()
  if (asks) tab.onStepUp(() => Promise.reject(new Error('not now')))
  await expect(tab.http.get('/own/fresh')).rejects.toMatchObject({ response: { status: 401 } })
  expect(server.count('/api/own/fresh')).toBe(1)
  expect(tab.getState().status).toBe('signedIn')
  // And asks again the next time.
  tab.onStepUp(() => tab.reauthenticate(password))
  expect((await tab.http.get('/own/fresh')).status).toBe(200)
})

it('ends with the abort of the request that waits, and the question stays for the others', async () => {
  const { tab } = await staleTab()
  const answered = gate()
  tab.onStepUp(() => answered.promise.then(() => tab.reauthenticate(password)))
  const abort = new AbortController()
  const aborted = codeOf(tab.http.get('/own/fresh', { signal: abort.signal }))
  const other = tab.http.get('/own/fresh')
  await settled()
  abort.abort()
  expect(await aborted).toBe('ERR_CANCELED')
  answered.open()
  expect((await other).status).toBe(200)
})

it('a confirmation that was too weak is not asked for again', async () => {
  const { server, tab } = await staleTab()
  const asked = vi.fn(() => tab.reauthenticate(password))
  tab.onStepUp(asked)
  await expect(tab.http.get('/own/fresh/strong')).rejects.toMatchObject({ response: { status: 401 } })
  expect(asked).toHaveBeenCalledExactlyOnceWith({ maxAgeSeconds: 600, acr: 'mfa' })
  expect(server.count('/api/own/fresh/strong')).toBe(2)
})

it('the refused password of a confirmation is its caller’s to show, and the request still waits', async () => {
  const { tab } = await staleTab()
  tab.onStepUp(async () => {
    expect(await codeOf(tab.reauthenticate({ password: 'a wrong one' }))).toBe('validation_failed')
    await tab.reauthenticate(password)
  })
  expect((await tab.http.get('/own/fresh')).status).toBe(200)
})

it('with an access token that has expired, refreshes first and then asks', async () => {
  const { server, tab } = await staleTab()
  const asked = vi.fn(() => tab.reauthenticate(password))
  tab.onStepUp(asked)
  server.expireAccessTokens()
  expect((await tab.http.get('/own/fresh')).status).toBe(200)
  expect(asked).toHaveBeenCalledOnce()
  server.freshSignInsOnly()
  tab.onStepUp(() => {
    server.expireAccessTokens()
    return tab.reauthenticate(password)
  })
  expect((await tab.http.get('/own/fresh')).status).toBe(200)
})

it('one tab confirms for all, without a question in the others', async () => {
  const { server, browser, tab } = await staleTab()
  const other = browser.tab()
  await other.start()
  const asked = vi.fn()
  other.onStepUp(asked)
  await tab.reauthenticate(password)
  await settled()
  expect((await other.http.get('/own/fresh')).status).toBe(200)
  expect(asked).not.toHaveBeenCalled()
  expect(server.count(confirmPath)).toBe(1)
})

it('a refresh whose answer a confirmation overtook does not take it back', async () => {
  const { browser, server, tab } = await staleTab()
  const late = gate()
  browser.fault({ path: refreshPath, hold: late.promise })
  const before = server.count(refreshPath)
  const refreshed = tab.refresh()
  await eventually(() => expect(server.count(refreshPath)).toBe(before + 1))
  await tab.reauthenticate(password)
  late.open()
  await refreshed
  expect((await tab.http.get('/own/fresh')).status).toBe(200)
})

it('a token that has expired is not kept for having been confirmed', async () => {
  const { browser, server, tab } = await staleTab()
  await tab.reauthenticate(password)
  // As by a server whose clock was behind, and whose answer was all there was of it.
  for (const session of server.sessions.values()) session.authTime = 1
  browser.time.advance(3_600_000)
  await tab.refresh()
  const state = tab.getState()
  expect(state.status === 'signedIn' && state.accessToken.remainingMs()).toBeGreaterThan(0)
})

it('whoever signs out while the question is open gets no answer to it', async () => {
  const { tab } = await staleTab()
  const answered = gate()
  tab.onStepUp(() => answered.promise)
  const answer = codeOf(tab.http.get('/own/fresh'))
  await settled()
  await tab.logout()
  answered.open()
  expect(await answer).toBe('signed_out')
})

it('is confirmed by whatever answers with a token that says so, in every tab, without another request', async () => {
  const { server, browser, tab } = await staleTab()
  const other = browser.tab()
  await other.start()
  const refreshes = server.count(refreshPath)
  await tab.call(routes.reauthenticate, { body: password })
  await settled()
  for (const each of [tab, other]) expect((await each.http.get('/own/fresh')).status).toBe(200)
  expect(server.count(refreshPath)).toBe(refreshes)
})
