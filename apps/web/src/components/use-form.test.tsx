import { RegisterBodySchema } from '@latchkey/contracts'
import { render, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { refusal } from '../../test/fake-auth-client.ts'
import { german } from '../../test/german.ts'
import { inGerman } from '../../test/in-german.ts'
import { speak } from '../words/catalogue.ts'
import { type AfterSubmit, useForm } from './use-form.ts'

afterEach(() => speak({}))

const schema = async () => RegisterBodySchema
const fields = ['username', 'email', 'password']

function Form({ submit, after }: { submit: () => Promise<unknown>; after?: AfterSubmit | undefined }) {
  const form = useForm(schema, submit, after)
  return (
    <form {...form.props} aria-label="form">
      {fields.map((name) => (
        <input
          key={name}
          name={name}
          aria-label={name}
          aria-errormessage={`${name}-error`}
          aria-invalid={form.errorOf(name) ? true : undefined}
        />
      ))}
      {fields.map((name) => (
        <p key={name} id={`${name}-error`}>
          {form.errorOf(name)}
        </p>
      ))}
      <button type="submit">{form.isSubmitting ? 'sending' : form.failure ? 'failed' : 'go'}</button>
    </form>
  )
}

async function submitted(
  typed: Record<string, string>,
  submit = vi.fn(async () => undefined),
  after?: AfterSubmit,
) {
  const user = userEvent.setup()
  render(<Form submit={submit} after={after} />)
  for (const [name, text] of Object.entries(typed)) await user.type(screen.getByLabelText(name), text)
  await user.click(screen.getByRole('button'))
  return submit
}

const good = { username: 'ada', email: 'ada@example.com', password: 'otter lamp violet' }
const refuse = (errors: { path: string; message: string; code?: string; limit?: number }[]) =>
  vi.fn(async () => {
    throw refusal('validation_failed', { errors })
  })

it('complains in German before anything is sent', async () => {
  speak(german)
  const submit = await submitted({ username: 'a', email: 'ada', password: 'kurz' })
  expect(await screen.findByText('Der Benutzername muss mindestens 3 Zeichen haben.')).toBeVisible()
  expect(screen.getByText(/^Das sieht nicht nach einer E-Mail-Adresse aus\./)).toBeVisible()
  expect(screen.getByText('Das Passwort muss mindestens 8 Zeichen haben.')).toBeVisible()
  expect(submit).not.toHaveBeenCalled()
})

it('says in German what the server complains of, with the number that it names', async () => {
  speak(german)
  const message = 'A password needs at least 20 characters.'
  await submitted(good, refuse([{ path: 'password', code: 'new_password_short', limit: 20, message }]))
  expect(await screen.findByText('Das Passwort muss mindestens 20 Zeichen haben.')).toBeVisible()
})

it.each([
  [0.0001, '0,0001'],
  [1_000_000, '1.000.000'],
])('writes the number %d as its reader does', async (limit, written) => {
  await inGerman()
  await submitted(good, refuse([{ path: 'password', code: 'number_small', limit, message: 'Too small.' }]))
  expect(await screen.findByText(`Die Zahl muss mindestens ${written} sein.`)).toBeVisible()
})

it.each([{}, { code: 'password_of_tomorrow' }, { code: 'new_password_short' }])(
  'says it in the server’s words where it has none: %j',
  async (code) => {
    speak(german)
    await submitted(good, refuse([{ path: 'password', ...code, message: 'Too blue.' }]))
    expect(await screen.findByText('Too blue.')).toBeVisible()
  },
)

it('complains in English in the words of the API', async () => {
  await submitted({ ...good, password: 'short' })
  expect(await screen.findByText('A password needs at least 8 characters.')).toBeVisible()
})

const shown = () => fields.map((name) => screen.getByLabelText<HTMLInputElement>(name).value)
const allDone = async (submit: () => Promise<undefined>, times: number) => {
  await waitFor(() => expect(submit).toHaveBeenCalledTimes(times))
  expect(await screen.findByRole('button', { name: 'go' })).toBeVisible()
}

it('can be sent again after it was sent, and keeps what was typed', async () => {
  const submit = await submitted(good)
  await allDone(submit, 1)
  expect(shown()).toEqual(Object.values(good))
  await userEvent.type(screen.getByLabelText('username'), '2{Enter}')
  await allDone(submit, 2)
  expect(submit).toHaveBeenLastCalledWith({ ...good, username: 'ada2' })
})

it('is empty after it was sent where it says so, complains of nothing, and waits in its first field', async () => {
  const submit = await submitted({ ...good, password: 'short' }, undefined, 'reset')
  await screen.findByText('A password needs at least 8 characters.')
  // By the Enter key, the focus is in a field that is empty from one moment to the next.
  await userEvent.type(screen.getByLabelText('password'), ' otter lamp{Enter}')
  await allDone(submit, 1)
  expect(shown()).toEqual(['', '', ''])
  expect(screen.getByLabelText('username')).toHaveFocus()
  await userEvent.tab()
  expect(document.querySelector('[aria-invalid]')).toBeNull()
  for (const [name, text] of Object.entries(good)) await userEvent.type(screen.getByLabelText(name), text)
  await userEvent.click(screen.getByRole('button'))
  await allDone(submit, 2)
})

it('keeps what was typed when sending it failed, whatever follows success', async () => {
  await submitted(good, refuse([{ path: 'elsewhere', message: 'No.' }]), 'reset')
  expect(await screen.findByRole('button', { name: 'failed' })).toBeVisible()
  expect(shown()).toEqual(Object.values(good))
})

it('shows progress for good and is sent once where something else takes its place', async () => {
  const submit = await submitted(good, undefined, 'leave')
  await waitFor(() => expect(submit).toHaveBeenCalledOnce())
  await userEvent.click(screen.getByRole('button', { name: 'sending' }))
  expect(screen.getByRole('button', { name: 'sending' })).toBeVisible()
  expect(submit).toHaveBeenCalledOnce()
})
