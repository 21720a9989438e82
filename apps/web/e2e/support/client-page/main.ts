import { createAuthClient } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'

// A page of somebody's own, made of the client alone. The test works it from outside.

const settings = new URLSearchParams(location.search)
const cookiePrefix = settings.get('prefix')
const auth = createAuthClient({
  baseUrl: settings.get('api') ?? '/api',
  ...(cookiePrefix && { cookiePrefix }),
})

const status = document.createElement('output')
function show() {
  const state = auth.getState()
  status.value = state.status === 'signedIn' ? `signed in as ${state.user.username}` : state.status
}

document.body.append(status)
auth.subscribe(show)
show()
await auth.start()
Object.assign(window, { auth, callProtected: () => auth.call(routes.protected) })
document.body.dataset.ready = 'yes'
