import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { act, render } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { App } from '../src/app/app.tsx'

// The first import of a page takes long: compiled on a busy machine, longer than a test waits for it to be shown. New pages
// are found by their names.
const pages = import.meta.glob([
  '../src/features/*/*-page.tsx',
  '../src/app/{routed-pages,signed-in-area}.tsx',
])
const parts = import.meta.glob(['../src/components/form-checks.ts', '../src/features/*/{page,pages}.ts'])
await Promise.all(Object.values({ ...pages, ...parts }).map((load) => load()))

/** The whole application at an address, with a client of the test's own. */
export function renderApp(client: LazyAuthClient, address: string) {
  // Twice: Back leads from there to there, and not into the test before.
  window.history.pushState(null, '', address)
  window.history.pushState(null, '', address)
  render(<App client={client} />)

  return {
    user: userEvent.setup(),
    hash: () => window.location.hash,
    address: () => window.location.pathname + window.location.search,
    goBack: () =>
      act(async () => {
        const gone = new Promise((resolve) => window.addEventListener('popstate', resolve, { once: true }))
        window.history.back()
        await gone
      }),
  }
}
