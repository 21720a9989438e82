import { text } from 'node:stream/consumers'
import { AuthError, bodyTransport, createAuthClient } from '@latchkey/auth-client'
import { tokenFile } from './token-file.js'

const { SHOP_API = '', SHOP_TOKEN_FILE = '' } = process.env
const [command = '', email = ''] = process.argv.slice(2)

const auth = createAuthClient({
  baseUrl: SHOP_API,
  refreshTransport: bodyTransport(tokenFile(SHOP_TOKEN_FILE)),
})

const commands: Record<string, () => Promise<void>> = {
  async login() {
    // Not an argument: those stand in the list of processes.
    const password = (await text(process.stdin)).trim()
    const outcome = await auth.login({ email, password })
    console.log('username' in outcome ? `Hello, ${outcome.username}.` : 'Something is left to do first.')
  },
  async orders() {
    if (auth.getState().status !== 'signedIn') throw new Error('Nobody is signed in.')
    const { data } = await auth.http.get<{ orders: string[] }>('/orders')
    console.log(data.orders.join('\n'))
  },
  async logout() {
    await auth.logout()
  },
}

await auth.start()
try {
  const chosen = commands[command]
  if (!chosen) throw new Error(`The commands are ${Object.keys(commands).join(', ')}.`)
  await chosen()
} catch (error) {
  console.error(error instanceof AuthError ? `${error.code}: ${error.message}` : String(error))
  process.exitCode = 1
} finally {
  auth.stop()
}
