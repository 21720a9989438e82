import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { changesOf, ownFieldsOf, readerOf } from '../src/own-field.ts'

const fields = ownFieldsOf({
  nickname: z._default(z.string().check(z.trim(), z.maxLength(5)), ''),
  floor: z._default(z.int(), 0),
})

describe('fields of one’s own', () => {
  it('do not compile under a name of ours, nor as what no input gives', () => {
    // @ts-expect-error the API says it of every user
    expect(ownFieldsOf({ username: z._default(z.string(), '') })).toBeDefined()
    // @ts-expect-error and this to administrators
    expect(ownFieldsOf({ disabled: z._default(z.string(), '') })).toBeDefined()
    // @ts-expect-error the language of mails is changed by the same request
    expect(ownFieldsOf({ language: z._default(z.string(), '') })).toBeDefined()
    // @ts-expect-error neither a text nor a number
    expect(ownFieldsOf({ tags: z._default(z.array(z.string()), []) })).toBeDefined()
    // @ts-expect-error an account from before would have none
    expect(ownFieldsOf({ nickname: z.string() })).toBeDefined()
  })

  it.each([
    [undefined, { nickname: '', floor: 0 }],
    [null, { nickname: '', floor: 0 }],
    ['ada', { nickname: '', floor: 0 }],
    [{ nickname: ' ada ' }, { nickname: 'ada', floor: 0 }],
    [
      { nickname: 'much too long', floor: 3, more: 1 },
      { nickname: '', floor: 3 },
    ],
    [
      { nickname: null, floor: '3' },
      { nickname: '', floor: 0 },
    ],
  ])('of %o are read with a default for what is missing or not allowed', (said, read) => {
    expect(readerOf(fields)(said)).toEqual(read)
  })

  it('are changed one by one or together, and by nothing else', () => {
    const changes = changesOf(fields)
    expect(changes.parse({ nickname: ' ada ' })).toEqual({ nickname: 'ada' })
    expect(changes.parse({ nickname: '', floor: 2 })).toEqual({ nickname: '', floor: 2 })
    for (const other of [{}, { nickname: 'much too long' }, { nickname: 'ada', email: 'x' }])
      expect(changes.safeParse(other).success).toBe(false)
  })
})
