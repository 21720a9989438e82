import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { complaint } from '../src/complaint.ts'
import { complaintOf, dateField, emptyOr, numberField } from '../src/index.ts'
import { changesOf, ownFieldsOf, readerOf } from '../src/own-field.ts'

const fields = ownFieldsOf({
  nickname: z._default(z.string().check(z.trim(), z.maxLength(60, complaint('name_long'))), ''),
  budget: z._default(numberField({ min: 0, max: 100_000 }), 500),
  hiredOn: z._default(z.union([z.literal(''), dateField()]), ''),
})
const untouched = { nickname: '', budget: 500, hiredOn: '' }
const tooLong = 'x'.repeat(61)

describe('fields of one’s own', () => {
  it('do not compile under a name of ours, nor as what no input gives', () => {
    // Never called: what is tested is that they do not compile.
    const never = [
      // @ts-expect-error the API says it of every user
      () => ownFieldsOf({ username: z._default(z.string(), '') }),
      // @ts-expect-error and this to administrators
      () => ownFieldsOf({ disabled: z._default(z.string(), '') }),
      // @ts-expect-error the language of mails is changed by the same request
      () => ownFieldsOf({ language: z._default(z.string(), '') }),
      // @ts-expect-error neither a text nor a number
      () => ownFieldsOf({ tags: z._default(z.array(z.string()), []) }),
      // @ts-expect-error an account from before would have none
      () => ownFieldsOf({ nickname: z.string() }),
    ]
    expect(never).toHaveLength(5)
  })

  it.each([undefined, null, 'ada'])('of %o have their defaults', (said) => {
    expect(readerOf(fields)(said)).toEqual(untouched)
  })

  it.each([
    [{ nickname: ' ada ' }, { nickname: 'ada' }],
    [{ nickname: tooLong, budget: 3, more: 1 }, { budget: 3 }],
    [{ nickname: null, budget: -1, hiredOn: 'soon' }, {}],
    [{ hiredOn: '2026-12-01' }, { hiredOn: '2026-12-01' }],
  ])('of %o are read with a default for what is missing or not allowed', (said, read) => {
    expect(readerOf(fields)(said)).toEqual({ ...untouched, ...read })
  })

  it('are changed one by one or together, and by nothing else', () => {
    const changes = changesOf(fields)
    expect(changes.parse({ nickname: ' ada ' })).toEqual({ nickname: 'ada' })
    expect(changes.parse({ nickname: '', budget: '2.50' })).toEqual({ nickname: '', budget: 2.5 })
    for (const hiredOn of ['2026-12-01', '']) expect(changes.parse({ hiredOn })).toEqual({ hiredOn })
    for (const other of [{}, { nickname: tooLong }, { nickname: 'ada', email: 'x' }])
      expect(changes.safeParse(other).success).toBe(false)
  })

  it.each([
    [{ nickname: tooLong }, 'name_long'],
    [{ budget: '' }, 'number_missing'],
    [{ budget: 'much' }, 'number_malformed'],
    [{ budget: 100_001 }, 'number_large'],
    [{ hiredOn: '2026-02-30' }, 'date_malformed'],
  ])('say what is wrong with %o', (said, code) => {
    expect(
      changesOf(fields)
        .safeParse(said)
        .error?.issues.map((issue) => complaintOf(issue).code),
    ).toEqual([code])
  })

  it.each([dateField(), emptyOr(dateField()), z.string().check(z.minLength(1))])(
    'with a default that they do not allow are refused at once (%#)',
    (schema) => {
      const refusal = 'own-fields.ts: hiredOn does not allow its own default, "".'
      expect(() => ownFieldsOf({ hiredOn: z._default(schema, '') })).toThrow(refusal)
    },
  )
})
