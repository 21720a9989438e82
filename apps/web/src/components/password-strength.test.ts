import { describe, expect, it } from 'vitest'
import { passwordStrength } from './password-strength.ts'

describe('password strength', () => {
  it.each([
    ['', 'Too short'],
    ['Xk9$wq2', 'Too short'],
    ['password', 'Weak'],
    ['password1', 'Weak'],
    ['12345678', 'Weak'],
    ['11111111111111111111', 'Weak'],
    ['abcdefghijklmnop', 'Weak'],
    ['qwertyuiopasdf', 'Weak'],
    ['abcabcabcabcabcabc', 'Weak'],
    ['xkwmqvpt', 'Weak'],
    ['xkwmqvptrzgf', 'Fair'],
    ['Xk9$wq2!', 'Fair'],
    ['xkwmqvptrzgfbdnh', 'Good'],
    ['otter lamp violet grain', 'Strong'],
    ['Xk9$wq2!bV7&mZ4?', 'Strong'],
  ])('%j is %s', (password, expected) => {
    expect(passwordStrength(password)).toBe(expected)
  })

  it('counts characters as a person does', () => {
    expect(passwordStrength('🔑🔑🔑🔑')).toBe('Too short')
  })

  it('gives nothing for the name and address that stand in the form', () => {
    expect(passwordStrength('margaretlovelace')).not.toBe('Weak')
    expect(passwordStrength('margaretlovelace', ['Margaret', 'm.lovelace@example.com'])).toBe('Weak')
  })

  it('is not worn down by a name of one or two letters', () => {
    expect(passwordStrength('otter lamp violet grain', ['o', 'am'])).toBe('Strong')
  })
})
