import { describe, expect, it } from 'vitest'
import { createLazyAuthClient } from '../src/lazy.ts'
import { ada, bob, settled, setUp, statusOf } from './support/setup.ts'

async function asking(answer: () => Promise<unknown> = async () => true) {
  const world = await setUp()
  let count = 0
  const persistStorage = () => {
    count += 1
    return answer()
  }
  return { ...world, persistStorage, asked: () => count }
}

describe('persistent storage', () => {
  it('is asked for when somebody has signed in, and not before', async () => {
    const { browser, persistStorage, asked } = await asking()
    const tab = browser.tab({ persistStorage })
    await tab.start()
    await settled()
    expect(asked()).toBe(0)
    await tab.login(ada)
    expect(asked()).toBe(1)
  })

  it('is asked for once in a session, whatever happens in it', async () => {
    const { browser, persistStorage, asked } = await asking()
    const tab = browser.tab({ persistStorage })
    await tab.login(ada)
    await tab.refresh()
    const next = browser.tab({ persistStorage })
    await next.start()
    expect(statusOf(next)).toBe('signedIn')
    expect(asked()).toBe(1)
    await next.logout()
    await next.login(bob)
    expect(asked()).toBe(2)
  })

  it('is asked for in a session that was there before', async () => {
    const { browser, persistStorage, asked } = await asking()
    await browser.tab({ persistStorage: null }).login(ada)
    const client = createLazyAuthClient(browser.options({ persistStorage }))
    await client.start()
    expect(asked()).toBe(1)
  })

  it('is not asked for where no key is kept', async () => {
    const { browser, persistStorage, asked } = await asking()
    await browser.tab({ persistStorage, keyStore: null }).login(ada)
    await browser.tab({ persistStorage, subtle: null }).login(ada)
    expect(asked()).toBe(0)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['never answers', () => new Promise(() => undefined)],
    ['says no', async () => false],
    ['fails', () => Promise.reject(new Error('no'))],
    [
      'has no such function',
      () => {
        throw new TypeError('navigator.storage is undefined')
      },
    ],
  ])('holds nothing up in a browser that %s', async (_, answer) => {
    const { browser, persistStorage } = await asking(answer)
    const tab = browser.tab({ persistStorage })
    expect(await tab.login(ada)).toMatchObject({ username: 'ada' })
    expect((await tab.http.get('/protected')).status).toBe(200)
  })
})
