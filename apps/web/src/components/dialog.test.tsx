import { fireEvent, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { Dialog } from './dialog.tsx'

const closeNatively = (dialog: HTMLElement) => {
  if (dialog instanceof HTMLDialogElement) dialog.close()
  fireEvent(dialog, new Event('close'))
}

/** Whether the browser may do with Escape what it does by itself, wherever the focus is. */
const pressEscape = () => fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' })

it('without a way to cancel, Escape is nothing that the browser hears of, wherever the focus is', () => {
  render(
    <Dialog title="Sign in again" lead="It has ended.">
      <button type="button">Sign in</button>
    </Dialog>,
  )
  expect(screen.getByRole('button')).toHaveFocus()
  expect(pressEscape()).toBe(false)
  screen.getByRole('button').blur()
  expect(pressEscape()).toBe(false)
  expect(fireEvent.keyDown(document.body, { key: 'Tab' })).toBe(true)
})

it('is open again when the browser closes it all the same, until it is no longer wanted', () => {
  const onCancel = vi.fn()
  const { rerender } = render(
    <Dialog title="Confirm" lead="It is you." onCancel={onCancel} children={null} />,
  )
  const dialog = screen.getByRole('dialog')
  closeNatively(dialog)
  expect(dialog).toHaveAttribute('open')
  rerender(null)
  closeNatively(dialog)
  expect(dialog).not.toHaveAttribute('open')
  expect(pressEscape()).toBe(true)
  expect(onCancel).not.toHaveBeenCalled()
})

it('Escape cancels once, and the topmost only', async () => {
  const below = vi.fn()
  const above = vi.fn()
  const both = (hasAbove: boolean) => (
    <>
      <Dialog title="Below" lead="." onCancel={below} children={null} />
      {hasAbove && <Dialog title="Above" lead="." onCancel={above} children={null} />}
    </>
  )
  const { rerender } = render(both(true))
  await userEvent.keyboard('{Escape}')
  expect([above.mock.calls.length, below.mock.calls.length]).toEqual([1, 0])
  rerender(both(false))
  await userEvent.keyboard('{Escape}')
  expect([above.mock.calls.length, below.mock.calls.length]).toEqual([1, 1])
})

it('those that the browser closes together lie upon each other as before', () => {
  const both = (
    <>
      <Dialog title="Below" lead="." children={null} />
      <Dialog title="Above" lead="." children={null} />
    </>
  )
  render(both)
  const below = screen.getByRole('dialog', { name: 'Below' })
  const above = screen.getByRole('dialog', { name: 'Above' })
  const shown = vi.spyOn(HTMLDialogElement.prototype, 'showModal')
  // The topmost first, as browsers do.
  for (const each of [above, below]) if (each instanceof HTMLDialogElement) each.close()
  for (const each of [above, below]) fireEvent(each, new Event('close'))
  expect(above).toHaveAttribute('open')
  expect(below).toHaveAttribute('open')
  expect(shown.mock.contexts.at(-1)).toBe(above)
})
