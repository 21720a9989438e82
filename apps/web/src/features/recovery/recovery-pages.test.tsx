import { AuthError } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { act, cleanup, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ada, anonymous, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

const token = 'Zm9yZ290dGVuLXRva2Vu_-0'
const fails = (error: AuthError) => () => {
  throw error
}

describe('a forgotten password', () => {
  async function openForgot() {
    const client = fakeAuthClient(anonymous)
    const { user } = renderApp(client, '/login')
    await user.click(await screen.findByRole('link', { name: 'Forgot your password?' }))
    const email = await screen.findByLabelText('Email')
    return { client, user, email, send: screen.getByRole('button', { name: 'Send me a link' }) }
  }

  it('asks for the address and says to check your email, whoever has it', async () => {
    const { client, user, email, send } = await openForgot()
    await user.type(email, ' ada@example.com ')
    await user.click(send)
    expect(await screen.findByRole('heading', { name: 'Check your email' })).toHaveFocus()
    expect(screen.getByText(/If there is an account for ada@example.com/)).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.forgotPassword, { body: { email: 'ada@example.com' } })
    await user.click(screen.getByRole('button', { name: 'Try another address' }))
    expect(await screen.findByLabelText('Email')).toHaveValue('')
  })

  it('takes the address along from signing in and back, by link and by Back, and not in the URL', async () => {
    const { user, address, goBack } = renderApp(fakeAuthClient(anonymous), '/login')
    await user.type(await screen.findByLabelText('Email or username'), 'ada@example.com')
    await user.click(screen.getByRole('link', { name: 'Forgot your password?' }))
    expect(await screen.findByLabelText('Email')).toHaveValue('ada@example.com')
    expect(address()).toBe('/forgot-password')
    await goBack()
    expect(await screen.findByLabelText('Email or username')).toHaveValue('ada@example.com')
    await user.click(screen.getByRole('link', { name: 'Forgot your password?' }))
    await user.type(await screen.findByLabelText('Email'), '.uk')
    await user.click(screen.getByRole('link', { name: 'Sign in' }))
    expect(await screen.findByLabelText('Email or username')).toHaveValue('ada@example.com.uk')
    expect(address()).toBe('/login')
  })

  it('brings a username back, but sends no mail to it', async () => {
    const { user } = renderApp(fakeAuthClient(anonymous), '/login')
    await user.type(await screen.findByLabelText('Email or username'), 'ada')
    await user.click(screen.getByRole('link', { name: 'Forgot your password?' }))
    expect(await screen.findByLabelText('Email')).toHaveValue('')
    await user.click(screen.getByRole('link', { name: 'Sign in' }))
    expect(await screen.findByLabelText('Email or username')).toHaveValue('ada')
  })

  describe('in development', () => {
    const sent = async () => {
      const { user, email, send } = await openForgot()
      await user.type(email, 'ada@example.com')
      await user.click(send)
      await screen.findByRole('heading', { name: 'Check your email' })
    }

    it('leads to the mailbox where this browser has opened it, at the port of the API', async () => {
      const cookie = vi.spyOn(document, 'cookie', 'get').mockReturnValue('a=b; latchkey.mailbox-open=4000')
      onTestFinished(() => cookie.mockRestore())
      await sent()
      expect(screen.getByRole('link', { name: 'Open the mailbox' })).toHaveAttribute(
        'href',
        'http://localhost:4000/dev/mailbox',
      )
    })

    it('says where the way to it is while there is none, and nothing where mail is sent', async () => {
      await sent()
      expect(screen.queryByText(/In development/)).not.toBeInTheDocument()
      const meta = Object.assign(document.createElement('meta'), {
        name: 'latchkey-development',
        content: 'on',
      })
      document.head.append(meta)
      onTestFinished(() => meta.remove())
      cleanup()
      await sent()
      expect(screen.getByText(/is in the terminal/)).toBeVisible()
      expect(screen.queryByRole('link', { name: 'Open the mailbox' })).not.toBeInTheDocument()
    })
  })

  it('complains about what is no address, and asks nobody', async () => {
    const { client, user, email, send } = await openForgot()
    await user.type(email, 'ada')
    await user.click(send)
    expect(email).toHaveAccessibleDescription(/does not look like an email address/)
    expect(client.call).not.toHaveBeenCalledWith(routes.forgotPassword, expect.anything())
  })

  it.each([
    [new AuthError('network_error', 'x'), /can’t reach the server/],
    [refusal('rate_limited', { status: 429 }), /Too many attempts/],
  ])('$code: says so and keeps the address', async (error, sentence) => {
    const { client, user, email, send } = await openForgot()
    client.answer(routes.forgotPassword, fails(error))
    await user.type(email, 'ada@example.com')
    await user.click(send)
    expect(await screen.findByText(sentence)).toBeVisible()
    expect(email).toHaveValue('ada@example.com')
  })
})

describe('the link to reset a password', () => {
  async function openReset(state = anonymous) {
    const client = fakeAuthClient(state)
    const app = renderApp(client, `/reset-password#token=${token}`)
    const password = await screen.findByLabelText('New password')
    async function change() {
      await app.user.type(password, 'otter lamp violet')
      await app.user.click(screen.getByRole('button', { name: 'Change password' }))
    }
    return { client, password, change, ...app }
  }

  it('leaves the address bar at once, changes the password and leads to the sign-in page', async () => {
    const { client, change, address, hash } = await openReset()
    await waitFor(() => expect(hash()).toBe(''))
    await change()
    expect(await screen.findByText(/Your password has been changed.*Sign in with the new one/)).toBeVisible()
    expect(address()).toBe('/login')
    expect(client.call).toHaveBeenCalledWith(routes.resetPassword, {
      body: { token, password: 'otter lamp violet' },
    })
    expect(client.refresh).not.toHaveBeenCalled()
  })

  it('says how strong the password is, and shows what the server has against it', async () => {
    const { client, change, password } = await openReset()
    const errors = [{ path: 'password', message: 'This password is on the lists attackers try first.' }]
    client.answer(routes.resetPassword, fails(refusal('validation_failed', { errors })))
    await change()
    expect(screen.getByText(/^Strength: /)).toBeVisible()
    expect(password).toHaveAccessibleDescription(/attackers try first/)
    expect(password).toHaveFocus()
  })

  it.each([
    ['token_expired', 'This link has expired'],
    ['token_used', 'This link has already been used'],
    ['token_invalid', 'This link is not valid'],
  ] as const)('%s: says so, and where to get a new one', async (code, title) => {
    const { client, change } = await openReset()
    client.answer(routes.resetPassword, fails(refusal(code)))
    await change()
    expect(await screen.findByRole('heading', { name: title })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Ask for a new link' })).toHaveAttribute(
      'href',
      '/forgot-password',
    )
  })

  it('keeps the form when the server cannot be reached', async () => {
    const { client, change, password } = await openReset()
    client.answer(routes.resetPassword, fails(new AuthError('network_error', 'x')))
    await change()
    expect(await screen.findByText(/can’t reach the server/)).toBeVisible()
    expect(password).toHaveValue('otter lamp violet')
  })

  it('that has lost its token says what happened to it', async () => {
    renderApp(fakeAuthClient(anonymous), '/reset-password')
    expect(await screen.findByRole('heading', { name: 'This link is incomplete' })).toBeVisible()
    expect(screen.getByText(/reloading the page loses it/)).toBeVisible()
  })

  it.each([
    ['token_used', 'This link has already been used'],
    ['token_expired', 'This link has expired'],
  ] as const)(
    'says at once when it no longer works (%s), before anybody thinks up a password',
    async (code, title) => {
      const client = fakeAuthClient(anonymous)
      client.answer(routes.checkResetLink, fails(refusal(code)))
      renderApp(client, `/reset-password#token=${token}`)
      expect(await screen.findByRole('heading', { name: title })).toBeVisible()
      expect(client.call).toHaveBeenCalledWith(
        routes.checkResetLink,
        expect.objectContaining({ body: { token } }),
      )
    },
  )

  it('of the account that is signed in here signs out here, too', async () => {
    const { client, change, address } = await openReset(signedIn())
    client.refresh.mockImplementation(async () => {
      client.become({ status: 'signedOut', reason: 'ended', code: 'refresh_token_revoked' })
      throw refusal('refresh_token_revoked', { status: 403 })
    })
    await change()
    expect(await screen.findByText(/Your password has been changed/)).toBeVisible()
    expect(address()).toBe('/login')
  })

  it('of another account leaves whoever is signed in here, and says who that is', async () => {
    const { change } = await openReset(signedIn())
    expect(screen.getByText(/The link is for the account it was sent to/)).toBeVisible()
    await change()
    expect(await screen.findByRole('heading', { name: 'Your password has been changed' })).toBeVisible()
    expect(screen.getByText('ada')).toBeVisible()
  })
})

describe.each([
  ['/verify-email', routes.verifyEmail, 'Your address is confirmed', { emailVerified: true }],
  [
    '/confirm-email',
    routes.confirmEmail,
    'Your email address has been changed',
    { email: 'new@example.com' },
  ],
] as const)('the link to %s', (path, route, title, change) => {
  async function openLink(state = anonymous) {
    const client = fakeAuthClient(state)
    const app = renderApp(client, `${path}#token=${token}`)
    const button = await screen.findByRole('button', { name: 'Confirm my address' })
    return { client, button, ...app }
  }

  it('does nothing before the button is pressed', async () => {
    const { client, user, button, hash } = await openLink()
    await waitFor(() => expect(hash()).toBe(''))
    expect(client.call).not.toHaveBeenCalled()
    await user.click(button)
    expect(await screen.findByRole('heading', { name: title })).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(route, { body: { token } })
    expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/login')
  })

  it('opens when it is known who is signed in here, and stays open while that is asked anew', async () => {
    const client = fakeAuthClient({ status: 'restoring', problem: null })
    renderApp(client, `${path}#token=${token}`)
    expect(await screen.findByText('Loading…')).toBeInTheDocument()
    expect(screen.queryByRole('button')).not.toBeInTheDocument()
    act(() => client.become(signedIn()))
    expect(await screen.findByText(/The link is for the account/)).toBeVisible()
    act(() => client.become({ status: 'restoring', problem: null }))
    expect(screen.getByRole('button', { name: 'Confirm my address' })).toBeVisible()
  })

  it('opens after a moment all the same when that takes long', async () => {
    renderApp(fakeAuthClient({ status: 'restoring', problem: null }), `${path}#token=${token}`)
    const button = await screen.findByRole('button', { name: 'Confirm my address' })
    expect(button).toBeVisible()
  })

  it('for whoever is signed in here leads to their account, which knows it', async () => {
    const { client, user, button } = await openLink(signedIn())
    client.refresh.mockImplementation(async () =>
      client.become(signedIn({ tokenId: 'token-2', user: { ...ada, ...change } })),
    )
    await user.click(button)
    expect(await screen.findByRole('link', { name: 'Go to your account' })).toBeVisible()
    expect(screen.queryByText(/which is a different account/)).not.toBeInTheDocument()
  })

  it('for somebody else says whose account it is not', async () => {
    const { client, user, button } = await openLink(signedIn())
    client.refresh.mockImplementation(async () => client.become(signedIn({ tokenId: 'token-2' })))
    await user.click(button)
    expect(await screen.findByText(/which is a different account/)).toBeVisible()
  })

  it.each([
    ['token_expired', 'This link has expired'],
    ['token_used', 'This link has already been used'],
    ['token_invalid', 'This link is not valid'],
  ] as const)('%s: says so and what to do', async (code, sentence) => {
    const { client, user, button } = await openLink(signedIn())
    client.answer(route, fails(refusal(code)))
    await user.click(button)
    expect(await screen.findByRole('heading', { name: sentence })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Go to your account' })).toHaveAttribute('href', '/account')
  })

  it.each([
    [refusal('rate_limited', { status: 429, retryAfterSeconds: 90 }), /Try again in 1:30 minutes/],
    [new AuthError('network_error', 'x'), /can’t reach the server/],
  ])('$code: says so, and the button stays', async (error, sentence) => {
    const { client, user, button } = await openLink()
    client.answer(route, fails(error))
    await user.click(button)
    expect((await screen.findAllByText(sentence))[0]).toBeVisible()
    expect(button).toBeVisible()
  })
})

describe.each([
  [
    '/verify-email',
    routes.verifyEmail,
    'Your address is confirmed',
    { question: /deletes the account/, confirm: 'Delete the account', done: 'The account has been deleted' },
  ],
  [
    '/confirm-email',
    routes.confirmEmail,
    'Your email address has been changed',
    { question: /for their account/, confirm: 'Don’t use my address', done: 'Your address will not be used' },
  ],
] as const)(
  'a link to %s that is opened where nobody is signed in to the account',
  (path, route, title, words) => {
    async function openLink(state = anonymous) {
      const client = fakeAuthClient(state)
      client.answer(route, (options) => {
        const { password } = (options?.body ?? {}) as { password?: string }
        if (password === undefined) throw refusal('password_required', { status: 403, username: 'mallory' })
        if (password !== 'otter lamp violet') {
          const errors = [{ path: 'password', message: 'This is not the password of this account.' }]
          throw refusal('validation_failed', { errors })
        }
        return { message: 'confirmed' }
      })
      const app = renderApp(client, `${path}#token=${token}`)
      await app.user.click(await screen.findByRole('button', { name: 'Confirm my address' }))
      const password = await screen.findByLabelText('Password of mallory')
      return { client, password, ...app }
    }

    it('says how to go on where the account has no password', async () => {
      const { address, user } = await openLink()
      expect(screen.getByText(/Open the link where you are signed in to it/)).toBeVisible()
      const choose = screen.queryByRole('link', { name: 'choose a password first' })
      // A new password ends the link to a new address.
      if (path === '/confirm-email') return expect(choose).toBeNull()
      await user.click(choose as HTMLElement)
      expect(address()).toBe('/forgot-password')
    })

    it('names the account and asks for its password', async () => {
      const { client, user, password } = await openLink()
      expect(screen.getByRole('heading', { name: 'Is this your account?' })).toHaveFocus()
      expect(screen.getByText('mallory')).toBeVisible()
      await user.click(screen.getByRole('button', { name: 'Confirm my address' }))
      expect(password).toHaveAccessibleDescription('Enter your password.')

      await user.type(password, 'nonsense')
      await user.click(screen.getByRole('button', { name: 'Confirm my address' }))
      await waitFor(() => expect(password).toHaveAccessibleDescription(/not the password of this account/))
      expect(password).toHaveFocus()

      await user.clear(password)
      await user.type(password, 'otter lamp violet{Enter}')
      expect(await screen.findByRole('heading', { name: title })).toBeVisible()
      expect(client.call).toHaveBeenLastCalledWith(route, { body: { token, password: 'otter lamp violet' } })
    })

    it('says who is signed in here, when that is somebody else', async () => {
      await openLink(signedIn())
      expect(screen.getByText(/The link is for the account it was sent/)).toBeVisible()
    })

    it('counts down the wait after too many wrong ones', async () => {
      const { client, user, password } = await openLink()
      client.answer(route, fails(refusal('rate_limited', { status: 429, retryAfterSeconds: 90 })))
      await user.type(password, 'otter lamp violet{Enter}')
      expect((await screen.findAllByText(/Try again in 1:30 minutes/))[0]).toBeVisible()
    })

    it('that dies meanwhile says so', async () => {
      const { client, user, password } = await openLink()
      client.answer(route, fails(refusal('token_used')))
      await user.type(password, 'otter lamp violet{Enter}')
      expect(await screen.findByRole('heading', { name: 'This link has already been used' })).toBeVisible()
    })

    it('"This was not me" asks first, and says what has become of it', async () => {
      const { client, user } = await openLink()
      await user.click(screen.getByRole('button', { name: 'This was not me' }))
      expect(screen.getByText(words.question)).toBeVisible()
      expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus()
      expect(client.call).not.toHaveBeenCalledWith(routes.disownEmail, expect.anything())
      await user.click(screen.getByRole('button', { name: words.confirm }))
      expect(await screen.findByRole('heading', { name: words.done })).toHaveFocus()
      expect(client.call).toHaveBeenCalledWith(routes.disownEmail, { body: { token } })
    })
  },
)

describe('"This was not me"', () => {
  async function openLink(state = anonymous) {
    const client = fakeAuthClient(state)
    const app = renderApp(client, `/verify-email#token=${token}`)
    await screen.findByRole('button', { name: 'Confirm my address' })
    return { client, ...app }
  }

  async function disown(user: ReturnType<typeof renderApp>['user']) {
    await user.click(screen.getByRole('button', { name: 'This was not me' }))
    await user.click(screen.getByRole('button', { name: 'Delete the account' }))
  }

  it('needs no press of "Confirm" before it', async () => {
    const { client, user } = await openLink()
    await disown(user)
    expect(await screen.findByRole('heading', { name: 'The account has been deleted' })).toBeVisible()
    expect(client.call).not.toHaveBeenCalledWith(routes.verifyEmail, expect.anything())
    expect(screen.getByRole('link', { name: 'Create an account of your own' })).toHaveAttribute(
      'href',
      '/register',
    )
  })

  it('is not offered to whoever is signed in, unless the account is another', async () => {
    await openLink(signedIn())
    expect(screen.queryByRole('button', { name: 'This was not me' })).not.toBeInTheDocument()
  })

  it.each([
    [refusal('token_invalid'), 'This link is not valid'],
    [refusal('token_expired'), 'This link has expired'],
  ])('$code: says so', async (error, sentence) => {
    const { client, user } = await openLink()
    client.answer(routes.disownEmail, fails(error))
    await disown(user)
    expect(await screen.findByRole('heading', { name: sentence })).toBeVisible()
  })

  it('says when the server cannot be reached, and can be tried again', async () => {
    const { client, user } = await openLink()
    client.answer(routes.disownEmail, fails(new AuthError('network_error', 'x')))
    await disown(user)
    expect(await screen.findByText(/can’t reach the server/)).toBeVisible()
    expect(screen.getByRole('button', { name: 'This was not me' })).toBeVisible()
  })
})

describe('the link that puts an old address back', () => {
  async function openUndo(state = anonymous) {
    const client = fakeAuthClient(state)
    client.answer(routes.undoEmail, () => ({ message: 'back', resetToken: 'cmVzZXQ' }))
    const app = renderApp(client, `/undo-email#token=${token}`)
    const button = await screen.findByRole('button', { name: 'Put this address back' })
    return { client, button, ...app }
  }

  it('does nothing before the button is pressed, and then leads to a new password', async () => {
    const { client, user, button, hash, address } = await openUndo()
    await waitFor(() => expect(hash()).toBe(''))
    expect(client.call).not.toHaveBeenCalled()
    await user.click(button)
    expect(await screen.findByRole('heading', { name: 'Your old address is back' })).toHaveFocus()
    expect(client.call).toHaveBeenCalledWith(routes.undoEmail, { body: { token } })

    await user.click(screen.getByRole('button', { name: 'Choose a new password' }))
    await user.type(await screen.findByLabelText('New password'), 'otter lamp violet')
    await waitFor(() => expect(hash()).toBe(''))
    expect(address()).toBe('/reset-password')
    await user.click(screen.getByRole('button', { name: 'Change password' }))
    expect(client.call).toHaveBeenCalledWith(routes.resetPassword, {
      body: { token: 'cmVzZXQ', password: 'otter lamp violet' },
    })
  })

  it('signs out here, too, when it was this account', async () => {
    const { client, user, button } = await openUndo(signedIn())
    client.refresh.mockImplementation(async () => {
      client.become({ status: 'signedOut', reason: 'ended', code: 'refresh_token_revoked' })
      throw refusal('refresh_token_revoked', { status: 403 })
    })
    await user.click(button)
    expect(await screen.findByRole('heading', { name: 'Your old address is back' })).toBeVisible()
    expect(client.refresh).toHaveBeenCalledOnce()
  })

  it.each([
    ['token_expired', 'This link has expired'],
    ['token_used', 'This link has already been used'],
    ['token_invalid', 'This link is not valid'],
  ] as const)('%s: says so and what to do', async (code, sentence) => {
    const { client, user, button } = await openUndo()
    client.answer(routes.undoEmail, fails(refusal(code)))
    await user.click(button)
    expect(await screen.findByRole('heading', { name: sentence })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Choose a new password' })).toHaveAttribute(
      'href',
      '/forgot-password',
    )
  })

  it('keeps the button when the server cannot be reached', async () => {
    const { client, user, button } = await openUndo()
    client.answer(routes.undoEmail, fails(new AuthError('network_error', 'x')))
    await user.click(button)
    expect(await screen.findByText(/can’t reach the server/)).toBeVisible()
    expect(button).toBeVisible()
  })
})

describe('a new email to confirm an address', () => {
  it('goes to an address that is asked for when nobody is signed in', async () => {
    const client = fakeAuthClient(anonymous)
    const { user } = renderApp(client, '/verify-email')
    await user.type(await screen.findByLabelText('Email'), 'ada@example.com')
    await user.click(screen.getByRole('button', { name: 'Send the email again' }))
    const sent = await screen.findByText(/If ada@example.com still needs to be confirmed/)
    expect(sent).toBeVisible()
    // The form has gone, and the button with it.
    expect(sent.closest('[role="status"]')).toHaveFocus()
    expect(client.call).toHaveBeenCalledWith(routes.resendVerification, {
      body: { email: 'ada@example.com' },
    })
  })

  it('goes to one’s own by one press', async () => {
    const client = fakeAuthClient(signedIn())
    const { user } = renderApp(client, '/verify-email')
    await user.click(await screen.findByRole('button', { name: 'Send the email again' }))
    expect(await screen.findByText(/we have sent a new email/)).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.resendVerification, { body: { email: ada.email } })
  })
})
