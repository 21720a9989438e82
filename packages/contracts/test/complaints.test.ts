import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import * as contracts from '../src/index.ts'
import { complaintOf, complaints, isComplaintCode, sentenceOf } from '../src/index.ts'
import { changesOf, ownFieldsOf } from '../src/own-field.ts'
import { type AuthError, complain, parse } from '../src/server/index.ts'
import { createSchemas } from '../src/server/openapi/schemas.ts'

const refusedBy = (schema: z.ZodMiniType, input: unknown) => {
  try {
    parse(schema, input)
  } catch (error) {
    return (error as AuthError).evidence.errors
  }
  throw new Error('it was accepted')
}

const register = { username: 'ada', email: 'ada@example.com', password: 'otter lamp violin' }

describe('a complaint', () => {
  it.each([
    [
      { ...register, username: 'a' },
      'username',
      'username_short',
      3,
      'A username needs at least 3 characters.',
    ],
    [
      { ...register, username: 'a'.repeat(33) },
      'username',
      'username_long',
      32,
      'A username can have at most 32 characters.',
    ],
    [{ ...register, username: undefined }, 'username', 'username_missing', undefined, 'Choose a username.'],
    [
      { ...register, email: `${'a'.repeat(65)}@example.com` },
      'email',
      'email_local_long',
      64,
      'The part before the @ is longer than 64 characters, so no mail could reach it.',
    ],
    [
      { ...register, password: 'short' },
      'password',
      'new_password_short',
      8,
      'A password needs at least 8 characters.',
    ],
    [
      { ...register, password: 'a'.repeat(129) },
      'password',
      'new_password_long',
      128,
      'A password can have at most 128 characters.',
    ],
    // Too long to be counted.
    [
      { ...register, password: 'a'.repeat(4000) },
      'password',
      'new_password_long',
      128,
      'A password can have at most 128 characters.',
    ],
    [
      { ...register, invitation: 1 },
      'invitation',
      'field_unknown',
      undefined,
      'This field is not known here.',
    ],
    [null, '', 'body_malformed', undefined, 'Send a JSON object.'],
  ])('about %j', (body, path, code, limit, message) => {
    expect(refusedBy(contracts.RegisterBodySchema, body)).toEqual([
      { path, code, message, ...(limit !== undefined && { limit }) },
    ])
  })

  it('in words of a schema’s own has a general code, and keeps the words', () => {
    const schema = z.object({ size: z.int('Say how many.') })
    expect(refusedBy(schema, { size: 'x' })).toEqual([
      { path: 'size', code: 'value_malformed', message: 'Say how many.' },
    ])
  })

  it('may have a limit with a fraction, in an answer as well as in the document', () => {
    const [refused] =
      refusedBy(z.object({ amount: contracts.numberField({ min: 0.01 }) }), { amount: '0' }) ?? []
    const message = 'The number must be at least 0.01.'
    expect(refused).toEqual({ path: 'amount', code: 'number_small', limit: 0.01, message })
    expect(contracts.FieldErrorSchema.parse(refused)).toEqual(refused)
    const { components, ofOutput } = createSchemas()
    ofOutput(contracts.ProblemSchema)
    expect(components.FieldError?.properties?.limit).toEqual({ type: 'number' })
  })

  it('is understood from a server before there were codes, and from a newer one', () => {
    const problem = { type: '', title: '', status: 400, code: 'validation_failed', detail: '', message: '' }
    for (const errors of [
      [{ path: 'email', message: 'No.' }],
      [{ path: 'email', code: 'email_of_tomorrow', limit: 3, message: 'No.' }],
    ])
      expect(contracts.ProblemSchema.parse({ ...problem, errors }).errors).toEqual(errors)
  })
})

describe('a complaint about what may have several shapes', () => {
  const line = z.union([
    z.strictObject({ text: z.string() }),
    z.strictObject({ amount: contracts.numberField(), unit: z.string(), due: contracts.dateField() }),
  ])
  const list = z.strictObject({ l: z.array(line) })
  const me = z.union([
    contracts.UpdateMeBodySchema,
    contracts.SetLanguageBodySchema,
    changesOf(
      ownFieldsOf({
        nickname: z._default(z.string(), ''),
        hiredOn: z._default(z.union([z.literal(''), contracts.dateField()]), ''),
      }),
    ),
  ])
  const typed = z.strictObject({
    f: z.discriminatedUnion('type', [z.strictObject({ type: z.literal('a') })]),
  })

  it.each([
    // It says where.
    [{ l: [{}] }, list, ['l.0.text value_malformed']],
    [{ l: [{ text: 'x' }, 5] }, list, ['l.1 value_malformed']],
    [{ l: [{ text: 'x', more: 1 }] }, list, ['l.0.more field_unknown']],
    [{ l: [{ text: 'x', ['k'.repeat(99)]: 1 }] }, list, [`l.0.${'k'.repeat(64)} field_unknown`]],
    // Of one that has no shape of that name, too.
    [{ f: { type: 'b' } }, typed, ['f.type value_malformed']],
    // It is about the shape that knows what was sent, however much is wrong with it.
    [
      { l: [{ amount: 'x', unit: 5, due: 5 }] },
      list,
      ['l.0.amount number_malformed', 'l.0.unit value_malformed', 'l.0.due date_malformed'],
    ],
    [
      { l: { a: 5, b: 5 } },
      z.strictObject({ l: z.union([z.string(), z.literal(5), z.strictObject({ a: z.string() })]) }),
      ['l.a value_malformed', 'l.b field_unknown'],
    ],
    [
      { method: 5, code: 5 },
      contracts.ReauthenticateBodySchema,
      ['method method_missing', 'code code_missing'],
    ],
    // And says it in words of ours where there are any.
    [{ hiredOn: 5 }, me, ['hiredOn date_malformed']],
    [{ hiredOn: 'soon', nickname: 5 }, me, ['nickname value_malformed', 'hiredOn date_malformed']],
    [{ username: 5 }, me, ['username username_missing']],
    [{ username: 5, password: 5 }, me, ['username username_missing', 'password password_missing']],
    [{ language: 5 }, me, ['language language_unknown']],
    [{ nickname: 5 }, me, ['nickname value_malformed']],
    // What is no object at all has no field to name.
    [5, me, [' body_malformed']],
    [[], me, [' body_malformed']],
  ])('like %j is about the one that was nearly met, and says where', (body, schema, expected) => {
    expect(refusedBy(schema, body)?.map(({ path, code }) => `${path} ${code}`)).toEqual(expected)
  })
})

/** The schemas of strings in here, however deep. */
function stringsIn(schema: unknown, seen = new Set<unknown>()): z.ZodMiniString[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return []
  seen.add(schema)
  const { def } = schema as { def?: { type?: string } }
  const inner = Object.values(def ?? (schema as object)).flatMap((each) => stringsIn(each, seen))
  return def?.type === 'string' ? [schema as z.ZodMiniString, ...inner] : inner
}

/** Texts that schemas of strings may not like. */
const odd = [
  undefined,
  '',
  'ä',
  ' \u0000',
  '@',
  'a@b',
  'a'.repeat(100_000),
  'a b@c.de',
  `${'a'.repeat(65)}@b.de`,
  `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}.de`,
]

/** Those for bodies of one's own, each with something that it refuses. */
const fields = [
  [contracts.numberField({ min: 1 }), '0'],
  [contracts.numberField({ max: 1 }), '2'],
] as const

/** Whatever the schemas of all contracts have against these texts. */
function allIssues() {
  const bodies = Object.values(contracts.routes).flatMap((route) => [
    ...('body' in route && route.body ? [route.body] : []),
    ...('query' in route && route.query ? [route.query] : []),
  ])
  return [
    ...fields.flatMap(([schema, refused]) => schema.safeParse(refused).error?.issues ?? []),
    ...bodies
      .flatMap((body) => stringsIn(body))
      .flatMap((schema) => odd.flatMap((text) => schema.safeParse(text).error?.issues ?? [])),
  ]
}

it('every message of a contract is a code of the list, or zod’s own', () => {
  const messages = new Set(allIssues().map(({ message }) => message))
  const codes = [...messages].filter(isComplaintCode)
  expect(codes.length).toBeGreaterThan(25)
  // Longer where something has loaded zod’s English.
  const own = [...messages].filter((message) => !isComplaintCode(message))
  expect(own.filter((message) => !/^(Invalid input|Too big)/.test(message))).toEqual([])
})

it('every sentence with a limit gets one from the schemas, and no other does', () => {
  const limited = new Set<string>()
  for (const issue of allIssues().filter(({ message }) => isComplaintCode(message))) {
    const complaint = complaintOf(issue)
    expect(complaint.code).toBe(issue.message)
    expect(sentenceOf(complaint)).not.toMatch(/[{}]|undefined/)
    if (complaint.limit !== undefined) limited.add(complaint.code)
  }
  const withLimit = Object.entries(complaints).filter(([, sentence]) => sentence.includes('{limit}'))
  expect([...limited].sort()).toEqual(withLimit.map(([code]) => code).sort())
})

it('of a schema that forgot the number says no half sentence', () => {
  const schema = z.object({ name: z.string().check(z.refine(() => false, 'name_long')) })
  expect(refusedBy(schema, { name: 'x' })).toEqual([
    { path: 'name', code: 'value_malformed', message: complaints.value_malformed },
  ])
})

it('without the number that its sentence has does not compile, nor with one that it has not', () => {
  // Never called: what is tested is that they do not compile.
  const never = [
    // @ts-expect-error: the sentence has a number
    () => complain('name', 'name_long'),
    // @ts-expect-error: the sentence has none
    () => complain('name', 'name_missing', 3),
    // @ts-expect-error: of one that may have a number or not, it is to be known which
    (code: 'name_missing' | 'name_long') => complain('name', code),
    // @ts-expect-error: the sentence has a number
    () => sentenceOf({ code: 'name_long' }),
  ]
  expect(never).toHaveLength(4)
  expect(() => complain('name', 'name_missing')).toThrow('validation_failed')
  expect(() => complain('name', 'name_long', 64)).toThrow('validation_failed')
})
