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
