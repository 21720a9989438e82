import { type FactorOutstanding, routes } from '@latchkey/contracts'
import { screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { anonymous, fakeAuthClient, refusal } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

beforeEach(() => vi.stubGlobal('PublicKeyCredential', class {}))
afterEach(() => vi.unstubAllGlobals())

const outstanding: FactorOutstanding = {
  message: 'One more step.',
  ticket: 'a-ticket',
  methods: ['totp', 'recovery_code'],
  expiresIn: 300,
}

const enrolment = {
  secret: 'JBSWY3DPEHPK3PXP',
  uri: 'otpauth://totp/x',
  qr: 'data:image/svg+xml;base64,PHN2Zy8+',
}

async function afterPassword(answer: FactorOutstanding = outstanding, canTrust = false) {
  const client = fakeAuthClient(anonymous)
  client.canTrustBrowser.mockReturnValue(canTrust)
  client.answer(routes.loginEnrol, () => enrolment)
  client.login.mockResolvedValue(answer)
  const app = renderApp(client, '/login?return=/sessions')
  await app.user.type(await screen.findByLabelText('Email or username'), 'ada')
  await app.user.type(screen.getByLabelText('Password'), 'otter lamp violet{Enter}')
  return { client, ...app }
}

it('the password is followed by a code, and that by the page one was heading for', async () => {
  const { client, user, address } = await afterPassword()
  expect(await screen.findByRole('heading', { name: 'Enter your code' })).toBeVisible()
  expect(screen.getByLabelText('Code from your app')).toHaveFocus()
  client.loginFactor.mockRejectedValueOnce(refusal('factor_invalid', { status: 401 }))
  await user.type(screen.getByLabelText('Code from your app'), '000000{Enter}')
  expect(await screen.findByText(/not right, or it has been used/)).toBeVisible()
  expect(screen.getByLabelText('Code from your app')).toHaveFocus()
  await user.clear(screen.getByLabelText('Code from your app'))
  await user.type(screen.getByLabelText('Code from your app'), '123456{Enter}')
  expect(client.loginFactor).toHaveBeenLastCalledWith({ ticket: 'a-ticket', method: 'totp', code: '123456' })
  expect(address()).toBe('/sessions')
})

it('a recovery code does as well', async () => {
  const { client, user } = await afterPassword()
  await user.click(await screen.findByRole('button', { name: 'Use a recovery code' }))
  await user.type(screen.getByLabelText('Recovery code'), 'aaaa-bbbb{Enter}')
  expect(client.loginFactor).toHaveBeenLastCalledWith({
    ticket: 'a-ticket',
    method: 'recovery_code',
    code: 'aaaa-bbbb',
  })
})

it('a browser that can be trusted is offered it, and says so only when that is wanted', async () => {
  const { client, user } = await afterPassword(outstanding, true)
  const code = () => screen.findByLabelText('Code from your app')
  const box = () => screen.getByRole('checkbox', { name: 'Trust this browser for 30 days' })
  expect(await code()).toHaveFocus()
  expect(box()).not.toBeChecked()
  expect(box()).toHaveAccessibleDescription(/password alone will then sign you in here/)
  client.loginFactor.mockRejectedValueOnce(refusal('factor_invalid', { status: 401 }))
  await user.type(await code(), '000000{Enter}')
  expect(client.loginFactor).toHaveBeenLastCalledWith({ ticket: 'a-ticket', method: 'totp', code: '000000' })
  await user.click(box())
  // The choice outlives another way of showing the factor.
  await user.click(screen.getByRole('button', { name: 'Use a recovery code' }))
  expect(box()).toBeChecked()
  await user.type(screen.getByLabelText('Recovery code'), 'aaaa-bbbb{Enter}')
  expect(client.loginFactor).toHaveBeenLastCalledWith({
    ticket: 'a-ticket',
    method: 'recovery_code',
    code: 'aaaa-bbbb',
    trustBrowser: true,
  })
})

it('a browser that cannot be trusted is not offered it', async () => {
  await afterPassword()
  expect(await screen.findByLabelText('Code from your app')).toBeVisible()
  expect(screen.queryByRole('checkbox')).not.toBeInTheDocument()
})

it('a passkey does as well, and what went wrong with it is said', async () => {
  const { client, user, address } = await afterPassword({
    ...outstanding,
    methods: ['totp', 'recovery_code', 'passkey'],
  })
  const sentence = 'This passkey was not accepted. Try again, or use another way.'
  client.loginFactorWithPasskey.mockRejectedValueOnce(refusal('passkey_invalid'))
  await user.click(await screen.findByRole('button', { name: 'Use a passkey' }))
  expect(await screen.findByText(sentence)).toBeVisible()
  expect(screen.getByRole('heading', { name: 'Use your passkey' })).toBeVisible()
  expect(screen.getByRole('button', { name: 'Use your passkey' })).toHaveFocus()
  await user.click(screen.getByRole('button', { name: 'Use your app' }))
  expect(screen.getByLabelText('Code from your app')).toHaveFocus()
  expect(screen.queryByText(sentence)).not.toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Use a passkey' }))
  expect(client.loginFactorWithPasskey).toHaveBeenLastCalledWith({ ticket: 'a-ticket' })
  expect(client.loginFactor).not.toHaveBeenCalled()
  expect(address()).toBe('/sessions')
})

it('a browser is trusted by a passkey as by a code', async () => {
  const { client, user } = await afterPassword({ ...outstanding, methods: ['passkey'] }, true)
  await user.click(await screen.findByRole('checkbox', { name: 'Trust this browser for 30 days' }))
  await user.click(screen.getByRole('button', { name: 'Use your passkey' }))
  expect(client.loginFactorWithPasskey).toHaveBeenLastCalledWith({ ticket: 'a-ticket', trustBrowser: true })
})

it('where only a passkey does, it is what the page asks for', async () => {
  const { client, user, address } = await afterPassword({ ...outstanding, methods: ['passkey'] })
  expect(await screen.findByRole('heading', { name: 'Use your passkey' })).toBeVisible()
  // Nothing opens before somebody asks for it.
  expect(client.loginFactorWithPasskey).not.toHaveBeenCalled()
  expect(screen.queryByRole('button', { name: /code|app/ })).not.toBeInTheDocument()
  client.loginFactorWithPasskey.mockRejectedValueOnce(refusal('ticket_expired', { status: 401 }))
  await user.keyboard('{Enter}')
  expect(await screen.findByText(/This sign-in took too long/)).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Use your passkey' })).not.toBeInTheDocument()
  // The focus does not go with the button that was pressed.
  expect(screen.getByRole('button', { name: 'Start again' })).toHaveFocus()
  await user.keyboard('{Enter}')
  await user.type(await screen.findByLabelText('Email or username'), 'ada')
  await user.type(screen.getByLabelText('Password'), 'otter lamp violet{Enter}')
  await user.click(await screen.findByRole('button', { name: 'Use your passkey' }))
  expect(address()).toBe('/sessions')
})

it('a browser without passkeys offers none beside a code', async () => {
  vi.stubGlobal('PublicKeyCredential', undefined)
  await afterPassword({ ...outstanding, methods: ['totp', 'passkey'] })
  expect(await screen.findByLabelText('Code from your app')).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Use a passkey' })).not.toBeInTheDocument()
})

it('a sign-in that took too long begins again', async () => {
  const { client, user } = await afterPassword()
  client.loginFactor.mockRejectedValueOnce(refusal('ticket_expired', { status: 401 }))
  await user.type(await screen.findByLabelText('Code from your app'), '123456')
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(await screen.findByText(/This sign-in took too long/)).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Sign in' })).not.toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Start again' })).toHaveFocus()
  await user.keyboard('{Enter}')
  expect(await screen.findByLabelText('Email or username')).toBeVisible()
})

it('whoever has to have a second factor sets it up on the way in, and sees the codes once in', async () => {
  const { client, user } = await afterPassword({ ...outstanding, methods: [], enrol: true })
  client.loginEnrol.mockImplementation(async () => {
    await client.loginFactor({ ticket: '', method: 'totp', code: '' })
    return { recoveryCodes: ['aaaa-bbbb-cccc-dddd'] }
  })
  expect(await screen.findByRole('heading', { name: 'Set up two-step sign-in' })).toBeVisible()
  await user.type(await screen.findByLabelText('Code from your app'), '123456{Enter}')
  expect(client.loginEnrol).toHaveBeenCalledExactlyOnceWith({ ticket: 'a-ticket', code: '123456' })
  expect(await screen.findByText('aaaa-bbbb-cccc-dddd')).toBeVisible()
})

it('whose codes were lost on the way reads that they can be made anew, and saves none', async () => {
  const { client, user } = await afterPassword({ ...outstanding, methods: [], enrol: true })
  client.loginEnrol.mockImplementation(async () => {
    await client.loginFactor({ ticket: '', method: 'totp', code: '' })
    return { recoveryCodes: [] }
  })
  await user.type(await screen.findByLabelText('Code from your app'), '123456{Enter}')
  const dialog = await screen.findByRole('dialog', { name: 'Two-step sign-in is on' })
  expect(dialog).toHaveTextContent(/recovery codes were lost on the way.*account page/)
  await user.click(screen.getByRole('button', { name: 'Close' }))
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
})
