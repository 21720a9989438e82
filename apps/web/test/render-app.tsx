import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { act, render } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import {
  type Location,
  MemoryRouter,
  type NavigateFunction,
  useLocation,
  useNavigate,
} from 'react-router-dom'
import { App } from '../src/app/app.tsx'

// The first import of a page takes long: compiled on a busy machine, longer than a test waits for it to be shown. New pages
// are found by their names.
const pages = import.meta.glob(['../src/features/*/*-page.tsx', '../src/app/signed-in-area.tsx'])
const parts = import.meta.glob(['../src/components/form-checks.ts', '../src/features/*/{page,pages}.ts'])
await Promise.all(Object.values({ ...pages, ...parts }).map((load) => load()))

/** The whole application at an address, with a client of the test's own. */
export function renderApp(client: LazyAuthClient, address: string) {
  const browser: { location?: Location; navigate?: NavigateFunction } = {}

  function Probe() {
    browser.location = useLocation()
    browser.navigate = useNavigate()
    return null
  }

  render(
    <MemoryRouter initialEntries={[address]}>
      <Probe />
      <App client={client} />
    </MemoryRouter>,
  )

  return {
    user: userEvent.setup(),
    hash: () => browser.location?.hash,
    address: () => `${browser.location?.pathname}${browser.location?.search}`,
    goBack: () => act(async () => browser.navigate?.(-1)),
  }
}
