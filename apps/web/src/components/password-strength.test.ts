import { describe, expect, it } from 'vitest'
import { passwordStrength } from './password-strength.ts'

describe('password strength', () => {
  it.each([
    ['', 'tooShort'],
    ['Xk9$wq2', 'tooShort'],
    ['password', 'weak'],
    ['password1', 'weak'],
    ['12345678', 'weak'],
    ['11111111111111111111', 'weak'],
    ['abcdefghijklmnop', 'weak'],
    ['qwertyuiopasdf', 'weak'],
    ['abcabcabcabcabcabc', 'weak'],
    ['xkwmqvpt', 'weak'],
    ['xkwmqvptrzgf', 'fair'],
    ['Xk9$wq2!', 'fair'],
    ['xkwmqvptrzgfbdnh', 'good'],
    ['otter lamp violet grain', 'strong'],
    ['Xk9$wq2!bV7&mZ4?', 'strong'],
  ])('%j is %s', (password, expected) => {
    expect(passwordStrength(password)).toBe(expected)
  })

  it('counts characters as a person does', () => {
    expect(passwordStrength('🔑🔑🔑🔑')).toBe('tooShort')
  })

  it('gives nothing for the name and address that stand in the form', () => {
    expect(passwordStrength('margaretlovelace')).not.toBe('weak')
    expect(passwordStrength('margaretlovelace', ['Margaret', 'm.lovelace@example.com'])).toBe('weak')
  })

  it('is not worn down by a name of one or two letters', () => {
    expect(passwordStrength('otter lamp violet grain', ['o', 'am'])).toBe('strong')
  })
})
