import { brand, footerLinks } from '@latchkey/brand'
import { expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../src/config.ts'
import { escapeHtml } from '../src/mail/html.ts'
import { renderMail } from '../src/mail/templates.ts'
import { apiForTest } from './support/api.ts'
import { mailServer } from './support/mail-server.ts'
import { registered } from './support/people.ts'

const facts = {
  username: 'ada',
  link: 'https://id.example.com/reset-password#token=x',
  device: 'Firefox',
  ip: '192.0.2.7',
  when: new Date(),
  told: {},
}

it('a mail has the brand’s name and colours, in light and in dark', () => {
  const { text, html } = renderMail('reset_password', 'ada@example.com', facts, 'en')
  expect(text).toMatch(brand.name)
  expect(html).toMatch(escapeHtml(brand.name))
  for (const { light, dark } of [brand.colours.paper, brand.colours.ink, brand.colours.accent]) {
    expect(html).toMatch(light)
    expect(html).toMatch(dark)
  }
  const ours = new Set<string>(Object.values(brand.colours).flatMap(({ light, dark }) => [light, dark]))
  const used = html.match(/(?<!&)#[0-9a-f]{6}\b/g) ?? []
  expect(used.filter((colour) => !ours.has(colour))).toEqual([])
})

it('a mail ends with the brand’s links', () => {
  const before = { ...brand.links }
  onTestFinished(() => {
    for (const which of ['help', 'privacy', 'imprint'] as const) delete brand.links[which]
    Object.assign(brand.links, before)
  })
  brand.links.privacy = 'https://example.com/privacy?a=1&b=2'
  const { text, html } = renderMail('reset_password', 'ada@example.com', facts, 'en')
  expect(text).toMatch('Privacy: https://example.com/privacy?a=1&b=2')
  expect(html).toMatch('href="https://example.com/privacy?a=1&amp;b=2"')
  expect(footerLinks().map((link) => link.text)).toContain('Privacy')
})

it('mails come from the brand, or from whom MAIL_FROM names', async () => {
  const mail = await mailServer()
  const fromOf = async (MAIL_FROM: string) => {
    const api = await apiForTest({ environment: { SMTP_URL: mail.url, MAIL_FROM } })
    const { email } = await registered(api)
    const { headers } = await mail.mailTo(email, /Confirm/)
    return /^From: (.*)$/m.exec(headers)?.[1]?.trim()
  }
  expect(await fromOf('door@example.com')).toBe(
    await fromOf(`${JSON.stringify(brand.mail.sender)} <door@example.com>`),
  )
  expect(await fromOf('door@example.com')).toMatch(/. <door@example.com>$/)
  expect(await fromOf('The Doorman <door@example.com>')).toBe('The Doorman <door@example.com>')
  const { from } = readConfig({}, () => ({
    accessSecret: 'a'.repeat(40),
    refreshSecret: 'b'.repeat(40),
  })).mail
  expect(from).toBe(`${JSON.stringify(brand.mail.sender)} <no-reply@localhost>`)
})
