import { AuthError } from '@latchkey/auth-client'
import { SignedIn } from '@latchkey/react'
import { type FormEvent, useState } from 'react'
import { auth } from './auth'

export function Shop() {
  return (
    <SignedIn restoring={<p>One moment…</p>} fallback={<SignIn />}>
      {({ user }) => <Orders username={user.username} />}
    </SignedIn>
  )
}

function SignIn() {
  const [complaint, setComplaint] = useState('')

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    try {
      await auth.login({ email: String(fields.get('email')), password: String(fields.get('password')) })
    } catch (error) {
      setComplaint(error instanceof AuthError ? error.message : String(error))
    }
  }

  return (
    <form onSubmit={signIn}>
      <input name="email" aria-label="Email" />
      <input name="password" type="password" aria-label="Password" />
      <button type="submit">Sign in</button>
      <p role="alert">{complaint}</p>
    </form>
  )
}

function Orders({ username }: { username: string }) {
  const [orders, setOrders] = useState<string[]>([])

  async function show() {
    const http = await auth.http()
    const { data } = await http.get<{ orders: string[] }>('/orders')
    setOrders(data.orders)
  }

  return (
    <main>
      <h1>Hello, {username}</h1>
      <button type="button" onClick={() => void show()}>
        Orders
      </button>
      <button type="button" onClick={() => void auth.logout()}>
        Sign out
      </button>
      <ul>
        {orders.map((order) => (
          <li key={order}>{order}</li>
        ))}
      </ul>
    </main>
  )
}
