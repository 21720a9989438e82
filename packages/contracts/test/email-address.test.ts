import { describe, expect, it } from 'vitest'
import { EmailSchema } from '../src/account.ts'
import { complaintOf, sentenceOf } from '../src/complaints.ts'
import { emailKeyOf, parseEmail } from '../src/email-address.ts'

const complaint = (email: string) => {
  const issue = EmailSchema.safeParse(email).error?.issues[0]
  return issue && sentenceOf(complaintOf(issue))
}

describe('an address that mail can reach is accepted', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace+news@Example.COM ', 'ada.lovelace+news@example.com'],
    ["o'hara!#$%&*+/=?^_`{|}~-@example.co.uk", "o'hara!#$%&*+/=?^_`{|}~-@example.co.uk"],
    ['a@b.co', 'a@b.co'],
    ['ivan@xn--e1afmkfd.xn--p1ai', 'ivan@xn--e1afmkfd.xn--p1ai'],
    ['ivan@пример.рф', 'ivan@xn--e1afmkfd.xn--p1ai'],
    ['иван@пример.рф', 'иван@xn--e1afmkfd.xn--p1ai'],
    ['иван@xn--e1afmkfd.xn--p1ai', 'иван@xn--e1afmkfd.xn--p1ai'],
    ['ИВАН@ПРИМЕР.РФ', 'иван@xn--e1afmkfd.xn--p1ai'],
    ['用户@例子.广告', '用户@xn--fsqu00a.xn--4rr70v'],
    ['user@bücher.example', 'user@xn--bcher-kva.example'],
    // The same letter, composed and not.
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['123@456.example', '123@456.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    [`a@${'b'.repeat(63)}.example`, `a@${'b'.repeat(63)}.example`],
    ['a@example.technology', 'a@example.technology'],
  ])('%s', (email, key) => {
    expect(complaint(email)).toBeUndefined()
    expect(emailKeyOf(email)).toBe(key)
  })
})

describe('an address that mail cannot reach is refused with the reason', () => {
  it.each([
    ['', /Enter your email/],
    ['ada', /does not look like/],
    ['@example.com', /does not look like/],
    ['ada@', /does not look like/],
    ['ada@localhost', /not complete/],
    ['ada@192.0.2.1', /not the name of a domain/],
    ['ada@[192.0.2.1]', /not the name of a domain/],
    ['ada@0x7f.1', /not the name of a domain/],
    ['ada@example..com', /not the name of a domain/],
    ['ada@-example.com', /not the name of a domain/],
    ['ada@exa mple.com', /not the name of a domain/],
    ['ada@ex%41mple.com', /not the name of a domain/],
    ['ada@example.com:25', /not the name of a domain/],
    ['ada@example.com/x', /not the name of a domain/],
    ['ada@exam_ple.com', /not the name of a domain/],
    [`ada@${'b'.repeat(64)}.example`, /not the name of a domain/],
    ['ada lovelace@example.com', /before the @/],
    ['ada..lovelace@example.com', /before the @/],
    ['.ada@example.com', /before the @/],
    ['ada@b@example.com', /before the @/],
    ['"ada"@example.com', /before the @/],
    ['ada\u200b@example.com', /before the @/],
    ['ada\u0000@example.com', /before the @/],
    ['ada\r\nBcc:x@example.com', /before the @/],
    [`${'a'.repeat(65)}@example.com`, /longer than 64/],
    [`${'и'.repeat(33)}@example.com`, /longer than 64/],
    [`a@${'b.'.repeat(130)}example`, /at most 254/],
  ])('%j', (email, reason) => {
    expect(complaint(email)).toMatch(reason)
  })
})

it.each([
  ...['example.com', 'a.b-c.example', 'x1.y2.z3', `${'a'.repeat(63)}.example`, `${'a'.repeat(64)}.example`],
  ...['a.0x1', 'a.x1', 'a.1', '1.2.3.4', 'a..b', '.a.b', 'a.b.', '-a.b', 'a-.b', 'a.-b', 'a_b.example'],
  ...['xn--e1afmkfd.xn--p1ai', 'a.xn--q', 'a.xn--p1ai', 'xn--.example', 'ab--cd.example', 'example'],
])('a domain is read alike in small and in capital letters: %s', (domain) => {
  expect(parseEmail(`ada@${domain}`)).toEqual(parseEmail(`ada@${domain.toUpperCase()}`))
})
