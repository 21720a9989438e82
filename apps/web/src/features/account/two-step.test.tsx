import { type Factors, routes } from '@latchkey/contracts'
import { act, screen, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

const codes = ['aaaa-bbbb-cccc-dddd', 'eeee-ffff-gggg-hhhh']
const enrolment = {
  secret: 'JBSWY3DPEHPK3PXP',
  uri: 'otpauth://totp/x',
  qr: 'data:image/svg+xml;base64,PHN2Zy8+',
}
const on: Factors = {
  totp: { confirmedAt: '2026-03-01T12:00:00.000Z' },
  recoveryCodesLeft: 9,
  required: false,
}

async function openCard(factors?: Factors) {
  const client = fakeAuthClient(signedIn())
  const state = { factors: factors ?? { totp: null, recoveryCodesLeft: 0, required: false } }
  client.answer(routes.factors, () => state.factors)
  client.answer(routes.enrolTotp, () => enrolment)
  const app = renderApp(client, '/account')
  const card = within(await screen.findByRole('region', { name: 'Two-step sign-in' }))
  return { client, card, state, ...app }
}

it('is set up with an app, and its recovery codes are shown once', async () => {
  const { client, card, state, user } = await openCard()
  await user.click(await card.findByRole('button', { name: 'Set up two-step sign-in' }))
  expect(await card.findByRole('img', { name: /QR code/ })).toHaveAttribute('src', enrolment.qr)
  expect(card.getByText('JBSW Y3DP EHPK 3PXP')).toBeVisible()
  client.answer(routes.confirmTotp, () => {
    throw refusal('factor_invalid', { status: 401 })
  })
  await user.type(card.getByLabelText('Code from your app'), '000000{Enter}')
  expect(await card.findByText(/not right, or it has been used/)).toBeVisible()
  client.answer(routes.confirmTotp, () => {
    state.factors = on
    return { recoveryCodes: codes }
  })
  await user.clear(card.getByLabelText('Code from your app'))
  await user.type(card.getByLabelText('Code from your app'), '123456{Enter}')

  const dialog = within(await screen.findByRole('dialog', { name: 'Save your recovery codes' }))
  for (const code of codes) expect(dialog.getByText(code)).toBeVisible()
  const copied = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValueOnce(new DOMException('No.'))
  await user.click(dialog.getByRole('button', { name: 'Copy' }))
  expect(await within(dialog.getByRole('alert')).findByText(/did not let them be copied/)).toBeVisible()
  for (const code of codes) expect(dialog.getByText(code)).toBeVisible()
  copied.mockClear()
  await user.click(dialog.getByRole('button', { name: 'Copy' }))
  expect(await dialog.findByRole('button', { name: 'Copied' })).toBeVisible()
  expect(dialog.getByRole('alert')).toBeEmptyDOMElement()
  expect(copied).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(codes.join('\n')))
  await user.click(dialog.getByRole('button', { name: 'I have saved them' }))
  expect(screen.queryByText(codes[0] as string)).not.toBeInTheDocument()
  expect(await card.findByText(/On since March 1, 2026.*9 recovery codes are left/)).toBeVisible()
  expect(card.getByText('Two-step sign-in is on.')).toBeVisible()
  expect(card.getByRole('status')).toHaveFocus()
})

it('shows new recovery codes to their owner alone, whoever signs in next on the page', async () => {
  const { client, card, user } = await openCard(on)
  client.answer(routes.renewRecoveryCodes, () => ({ recoveryCodes: codes }))
  await user.click(await card.findByRole('button', { name: 'New recovery codes' }))
  await user.click(card.getByRole('button', { name: 'Make new codes' }))
  expect(await screen.findByText(codes[0] as string)).toBeVisible()

  act(() =>
    client.become(signedIn({ tokenId: 'token-2', user: { ...ada, id: 'somebody-else', username: 'grace' } })),
  )
  expect(screen.queryByText(codes[0] as string)).not.toBeInTheDocument()
  act(() => client.become(signedIn({ tokenId: 'token-3' })))
  expect(screen.getByText(codes[0] as string)).toBeVisible()
})

it('is left as it was when the set-up is given up', async () => {
  const { client, card, user } = await openCard()
  await user.click(await card.findByRole('button', { name: 'Set up two-step sign-in' }))
  const code = await card.findByLabelText('Code from your app')
  // The focus is where reading goes on, and a tab leads to what can be done there.
  await user.tab()
  expect(card.getByRole('link', { name: /app/ })).toHaveFocus()
  await user.type(code, '123{Escape}')
  expect(await card.findByRole('button', { name: 'Set up two-step sign-in' })).toHaveFocus()
  expect(client.call).not.toHaveBeenCalledWith(routes.confirmTotp, expect.anything())
})

it('makes new recovery codes', async () => {
  const { client, card, user } = await openCard(on)
  client.answer(routes.renewRecoveryCodes, () => ({ recoveryCodes: codes }))
  await user.click(await card.findByRole('button', { name: 'New recovery codes' }))
  await user.click(card.getByRole('button', { name: 'Make new codes' }))
  expect(await screen.findByRole('dialog', { name: 'Save your recovery codes' })).toBeVisible()
  expect(await card.findByRole('button', { name: 'New recovery codes', hidden: true })).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'I have saved them' }))
  expect(card.getByRole('status')).toHaveFocus()
})

it('offers no copying where the browser has no clipboard, as on plain http', async () => {
  const { client, card, user } = await openCard(on)
  client.answer(routes.renewRecoveryCodes, () => ({ recoveryCodes: codes }))
  const clipboard = vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue(undefined as never)
  await user.click(await card.findByRole('button', { name: 'New recovery codes' }))
  await user.click(card.getByRole('button', { name: 'Make new codes' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Save your recovery codes' }))
  expect(dialog.getByRole('button', { name: 'Download' })).toBeVisible()
  expect(dialog.queryByRole('button', { name: 'Copy' })).not.toBeInTheDocument()
  clipboard.mockRestore()
})

it('is turned off, and says so when that fails', async () => {
  const { client, card, state, user } = await openCard(on)
  const turnOff = async () => {
    await user.click(await card.findByRole('button', { name: 'Turn off two-step sign-in' }))
    await user.click(card.getByRole('button', { name: 'Turn it off' }))
  }
  client.answer(routes.removeTotp, () => {
    throw refusal('step_up_required', { status: 401 })
  })
  await turnOff()
  expect(await card.findByText(/Nothing has changed/)).toBeVisible()
  client.answer(routes.removeTotp, () => {
    state.factors = { totp: null, recoveryCodesLeft: 0, required: false }
  })
  await turnOff()
  expect(await card.findByRole('button', { name: 'Set up two-step sign-in' })).toBeVisible()
  expect(card.getByRole('status')).toHaveFocus()
  expect(card.getByRole('status')).toHaveTextContent('Two-step sign-in is off.')
})

it('leaves the focus where somebody has gone on meanwhile', async () => {
  const { client, card, user } = await openCard(on)
  let answer = () => {}
  client.answer(routes.removeTotp, () => new Promise<void>((resolve) => (answer = resolve)))
  await user.click(await card.findByRole('button', { name: 'Turn off two-step sign-in' }))
  await user.click(card.getByRole('button', { name: 'Turn it off' }))
  const elsewhere = screen.getByRole('link', { name: 'Sessions' })
  elsewhere.focus()
  answer()
  expect(await card.findByText('Two-step sign-in is off.')).toBeVisible()
  expect(elsewhere).toHaveFocus()
})

it('stays on where the role needs it', async () => {
  const { card } = await openCard({ ...on, required: true })
  expect(await card.findByText(/Your role needs two-step sign-in/)).toBeVisible()
  expect(card.queryByRole('button', { name: /Turn off/ })).not.toBeInTheDocument()
})
