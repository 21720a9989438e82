import { describe, expect, it } from 'vitest'
import { loginPathFor, readReturnPath, safeReturnPath } from './return-path.ts'

describe('a return path', () => {
  it.each([
    ['/dashboard', '/dashboard'],
    ['/', '/'],
    ['/sessions?sort=used&dir=up#phone', '/sessions?sort=used&dir=up#phone'],
    ['/search?q=caf%C3%A9', '/search?q=caf%C3%A9'],
    ['/a/../dashboard', '/dashboard'],
    ['/login-help', '/login-help'],
    ['/go?to=https://example.com', '/go?to=https://example.com'],
  ])('%j on this site is kept', (candidate, expected) => {
    expect(safeReturnPath(candidate)).toBe(expected)
  })

  it.each([
    null,
    '',
    'dashboard',
    './dashboard',
    '?x',
    '#x',
    ' /dashboard',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '\\\\evil.example',
    '/dashboard\\..\\..\\evil',
    'https://evil.example',
    'https:/evil.example',
    'https:evil.example',
    'HTTPS://evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'mailto:a@b.c',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\n/evil.example',
    '\t//evil.example',
    '/\u0000/evil.example',
    '/dash\u007fboard',
    '/%09/evil.example',
    '/%0a/evil.example',
    '/%2Fevil.example',
    '/%2f%2fevil.example',
    '/%5Cevil.example',
    '/%5c%5cevil.example',
    '/%252Fevil.example',
    '/%25252Fevil.example',
    '/%25255Cevil.example',
    '%2F%2Fevil.example',
    '/%2525252525252Fevil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    '/./%2Fevil.example',
    '/%',
    '/%E0%A4%A',
  ])('%j is refused', (candidate) => {
    expect(safeReturnPath(candidate)).toBeNull()
  })

  it('too long to be an address of ours is refused', () => {
    expect(safeReturnPath(`/${'a'.repeat(2048)}`)).toBeNull()
  })

  it.each(['/login', '/login/', '/LOGIN', '/login?return=/dashboard', '/register', '/x/../login'])(
    '%j would lead back to the entrance and is refused',
    (candidate) => {
      expect(safeReturnPath(candidate)).toBeNull()
    },
  )

  it('survives the journey through the sign-in page', () => {
    const login = loginPathFor({ pathname: '/sessions', search: '?sort=used&dir=up', hash: '#phone' })
    expect(login).toBe('/login?return=/sessions%3Fsort%3Dused%26dir%3Dup%23phone')
    expect(readReturnPath(login.slice('/login'.length))).toBe('/sessions?sort=used&dir=up#phone')
  })

  it('reads plainly in the address bar', () => {
    expect(loginPathFor({ pathname: '/dashboard', search: '', hash: '' })).toBe('/login?return=/dashboard')
  })

  it('is left out when the address itself is hostile', () => {
    expect(loginPathFor({ pathname: '//evil.example', search: '', hash: '' })).toBe('/login')
  })

  it('of two takes the first, and no more than that', () => {
    expect(readReturnPath('?return=/dashboard&return=//evil.example')).toBe('/dashboard')
    expect(readReturnPath('')).toBeNull()
  })
})
