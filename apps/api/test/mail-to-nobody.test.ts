import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually, mailsSent } from './support/eventually.ts'
import { mailServer } from './support/mail-server.ts'
import { registered, somebody } from './support/people.ts'

async function watched(smtpUrl: string, pollMs = 25) {
  const uri = new URL(testDatabaseUri())
  uri.searchParams.set('monitorCommands', 'true')
  const api = await apiForTest({
    environment: { SMTP_URL: smtpUrl },
    mongoUri: uri.href,
    configure: (config) => ({ ...config, mail: { ...config.mail, atOnce: 1, pollMs } }),
  })
  return { api, client: api.services.database.connection.getClient() }
}

const jobsOf = (api: TestApi) => api.services.database.connection.collection('mailJobs')
const ask = (api: TestApi, email: string) => api.http.post('/api/forgot-password').send({ email }).expect(200)

it('a mail to nobody holds the queue as long as one to somebody, so that the gap between others says nothing', async () => {
  const mail = await mailServer()
  mail.slownessMs = 300
  const { api, client } = await watched(mail.url)
  const person = await registered(api)
  await mailsSent(api)
  let takenAt = 0
  const held: number[] = []
  client.on('commandSucceeded', ({ commandName, reply }) => {
    const taken = commandName === 'findAndModify' && (reply as { value?: { kind?: string } }).value
    if (taken && taken.kind === 'reset_password') takenAt = performance.now()
  })
  client.on('commandStarted', ({ commandName, command }) => {
    if (commandName === 'delete' && command.delete === 'mailJobs') held.push(performance.now() - takenAt)
  })
  for (const email of [person.email, somebody().email, somebody().email]) {
    await ask(api, email)
    await mailsSent(api)
  }
  expect(held).toHaveLength(3)
  // Timers may be a moment early, never more.
  expect(Math.min(...held)).toBeGreaterThan(290)
  expect(mail.received.map(({ to }) => to[0])).toEqual([person.email, person.email])
})

it('while no mail goes out, one to nobody waits like one to somebody', async () => {
  const mail = await mailServer()
  const { api } = await watched(mail.url)
  const person = await registered(api)
  await mailsSent(api)
  mail.mood = 'busy'
  const nobody = somebody()
  const state = async ({ email }: { email: string }) => {
    const job = await jobsOf(api).findOne({ email })
    return job && { attempts: job.attempts, rank: job.rank, dueAt: job.dueAt }
  }
  const wait = async (attempts: number, seconds: number) => {
    const dueAt = new Date(api.clock.now().getTime() + seconds * 1000)
    for (const each of [person, nobody])
      await eventually(async () => expect(await state(each)).toMatchObject({ attempts, rank: 1, dueAt }))
  }
  await ask(api, person.email)
  await eventually(() => expect(api.logged()).toContain('a mail was not sent'))
  await ask(api, nobody.email)
  await wait(1, 5)
  for (const [attempts, seconds] of [
    [2, 10],
    [3, 20],
  ] as const) {
    api.clock.advance(seconds / 2)
    await wait(attempts, seconds)
  }
  mail.mood = 'accept'
  api.clock.advance(20)
  await mail.mailTo(person.email, /Reset/)
  // Perhaps looked at before the server was known to be well again.
  api.clock.advance(40)
  await mailsSent(api)
  expect(mail.received.filter(({ to }) => to[0] === nobody.email)).toEqual([])
})

it('whoever has had enough links gets no further one because no mail went out for a while', async () => {
  const mail = await mailServer()
  const { api } = await watched(mail.url)
  const person = await registered(api)
  await mailsSent(api)
  for (let i = 0; i < 5; i++) {
    await ask(api, person.email)
    await mailsSent(api)
  }
  mail.mood = 'busy'
  const other = await registered(api)
  await eventually(() => expect(api.logged()).toContain('a mail was not sent'))
  await ask(api, person.email)
  await eventually(async () =>
    expect(await jobsOf(api).findOne({ email: person.email })).toMatchObject({ attempts: 1 }),
  )
  mail.mood = 'accept'
  api.clock.advance(60)
  await mail.mailTo(other.email, /Confirm/)
  await ask(api, person.email)
  api.clock.advance(60)
  await mailsSent(api)
  expect(mail.received.filter(({ subject }) => /Reset/.test(subject))).toHaveLength(5)
})

it('asking is the same commands for anybody, and however often it is asked', async () => {
  const mail = await mailServer()
  const { api, client } = await watched(mail.url, 100_000_000)
  const person = await registered(api)
  const nobody = somebody()
  await jobsOf(api).deleteMany({})
  const asked: string[][] = []
  client.on('commandStarted', ({ commandName, command }) => {
    if (['mailJobs', 'users'].includes(command[commandName]))
      asked.at(-1)?.push(`${commandName} ${command[commandName]}`)
  })
  for (const email of [person.email, nobody.email, person.email, nobody.email]) {
    asked.push([])
    await ask(api, email)
  }
  expect(asked).toEqual(Array(4).fill(['update mailJobs']))
  expect(await jobsOf(api).countDocuments()).toBe(2)
})
