import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'
import { createDeliver, type Endpoint } from '../src/webhooks/deliver.ts'
import { isReachable, type Resolve } from '../src/webhooks/reachable-address.ts'
import { eventually } from './support/eventually.ts'
import { whenOver } from './support/side-by-side.ts'
import { secret, webhookReceiver } from './support/webhook-receiver.ts'

const clock = { now: () => new Date() }
const production = {
  NODE_ENV: 'production',
  MONGO_URI: 'mongodb://127.0.0.1/latchkey',
  JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
  JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
  WEBHOOK_SECRET: secret,
}

function problemsOf(environment: Record<string, string | undefined>): string[] {
  try {
    readConfig(environment, () => ({ accessSecret: 'a', refreshSecret: 'b' }))
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const internal = [
  '10.0.0.7',
  '172.16.3.4',
  '192.168.1.1',
  '127.0.0.1',
  '127.8.8.8',
  '100.64.0.1',
  '::1',
  'fd00::1',
]
const never = [
  '169.254.169.254',
  'fe80::1',
  '0.0.0.0',
  '0.1.2.3',
  '::',
  '224.0.0.1',
  'ff02::1',
  '255.255.255.255',
  '240.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '::ffff:169.254.169.254',
  // At which clouds tell machines their secrets.
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  '::7f00:1',
  'fec0::1',
  '4000::1',
  'not an address',
  '',
]
const open = ['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:8.8.8.8']

describe('which addresses are connected to', () => {
  it.each(open)('%s is public', (address) => {
    expect([isReachable(address, false), isReachable(address, true)]).toEqual([true, true])
  })

  it.each([...internal, '::ffff:127.0.0.1', '::ffff:10.0.0.7'])('%s where an operator says so', (address) => {
    expect([isReachable(address, false), isReachable(address, true)]).toEqual([false, true])
  })

  it.each(never)('%s never', (address) => {
    expect([isReachable(address, false), isReachable(address, true)]).toEqual([false, false])
  })
})

describe('a name that leads inside', () => {
  const answers =
    (...told: string[][]): Resolve =>
    (_name, _options, done) => {
      const addresses = told.length > 1 ? told.shift() : told[0]
      done(
        null,
        (addresses ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }
  const endpoint = (url: string, mayBePrivate = false): Endpoint => ({
    key: 'key',
    url,
    host: 'rebind.example',
    secrets: [secret],
    mayBePrivate,
  })
  const send = (target: Endpoint, resolve: Resolve) =>
    createDeliver({ clock, timeoutMs: 2000, resolve })(target, { id: 'msg_1', body: '{}' })

  it.each([[['127.0.0.1']], [['169.254.169.254']], [['::ffff:10.0.0.1']], [['8.8.8.8', '10.0.0.1']], [[]]])(
    '%j is not connected to',
    async (addresses) => {
      const receiver = await webhookReceiver()
      const { port } = new URL(receiver.url)
      const outcome = await send(endpoint(`http://rebind.example:${port}/hooks`), answers(addresses))
      expect(outcome).toMatchObject({ kind: 'refused', answer: 'ADDRESS_NOT_ALLOWED' })
      expect(receiver.attempts).toEqual([])
    },
  )

  it('is connected to where an operator named it', async () => {
    const receiver = await webhookReceiver()
    const { port } = new URL(receiver.url)
    const outcome = await send(endpoint(`http://rebind.example:${port}/hooks`, true), answers(['127.0.0.1']))
    expect(outcome).toMatchObject({ kind: 'delivered', answer: '204' })
    expect(receiver.attempts).toHaveLength(1)
  })

  it('without encryption it has to be a private one, also where an operator named it', async () => {
    const outcome = await send(endpoint('http://rebind.example/hooks', true), answers(['93.184.216.34']))
    expect(outcome).toMatchObject({ kind: 'refused', answer: 'ADDRESS_NOT_ALLOWED' })
  })

  it('what was looked at is what is connected to, whatever the name says a moment later', async () => {
    const receiver = await webhookReceiver()
    const { port } = new URL(receiver.url)
    let asked = 0
    const rebinding: Resolve = (name, options, done) => {
      asked++
      answers(asked === 1 ? ['127.0.0.1'] : ['169.254.169.254'])(name, options, done)
    }
    const target = endpoint(`http://rebind.example:${port}/hooks`, true)
    expect((await send(target, rebinding)).kind).toBe('delivered')
    // Nobody looked again between the check and the connection; for the next connection somebody does.
    expect(asked).toBe(1)
    expect((await send(target, rebinding)).answer).toBe('ADDRESS_NOT_ALLOWED')
    expect([asked, receiver.attempts.length]).toEqual([2, 1])
  })

  it('an address itself is refused as well, however it is spelled', async () => {
    for (const host of [
      '169.254.169.254',
      '[::ffff:169.254.169.254]',
      '2852039166',
      '0xa9fea9fe',
      '127.1',
      '[::1]',
    ]) {
      const outcome = await send(endpoint(`http://${host}:9/`), answers(['8.8.8.8']))
      expect([host, outcome.answer]).toEqual([host, 'ADDRESS_NOT_ALLOWED'])
    }
  })
})

describe('settings', () => {
  it('a good endpoint is taken, and no endpoint needs nothing', () => {
    expect(problemsOf({ ...production, WEBHOOK_URL: 'https://hooks.example.com/a?b=c' })).toEqual([])
    expect(problemsOf({ ...production, WEBHOOK_SECRET: '' })).toEqual([])
    expect(problemsOf({ WEBHOOK_URL: 'http://localhost:5000/webhooks', WEBHOOK_SECRET: secret })).toEqual([])
    expect(
      problemsOf({
        ...production,
        WEBHOOK_URL: 'http://reports:5000/webhooks,https://10.0.0.7/,https://[fd00::7]/',
        WEBHOOK_ALLOW_PRIVATE: 'reports, 10.0.0.7, [fd00::7]',
      }),
    ).toEqual([])
  })

  it.each([
    ['http://hooks.example.com/', /^WEBHOOK_URL must start with https:\/\//],
    ['http://localhost:5000/', /^WEBHOOK_URL must start with https:\/\//],
    ['https://ada:secret@hooks.example.com/', /^WEBHOOK_URL must hold no name and password$/],
    ['https://hooks.example.com/#a', /^WEBHOOK_URL must have no # part$/],
    ['hooks.example.com', /^WEBHOOK_URL must be an address like/],
    ['ftp://hooks.example.com/', /^WEBHOOK_URL must be an address like/],
    ['https://10.0.0.7/', /^WEBHOOK_URL is an address that is not public/],
    ['https://[::1]/', /^WEBHOOK_URL is an address that is not public/],
    ['https://0x7f000001/', /^WEBHOOK_URL is an address that is not public/],
    [
      'https://a.example.com/,https://169.254.169.254/',
      /^WEBHOOK_URL number 2 is an address that is not public/,
    ],
    ['https://a.example.com/,https://A.example.com', /^WEBHOOK_URL names an address twice$/],
  ])('%s stops the start in production', (url, sentence) => {
    const problems = problemsOf({ ...production, WEBHOOK_URL: url })
    expect(problems).toEqual([expect.stringMatching(sentence)])
    expect(problems[0]).not.toContain('secret@')
  })

  it('metadata of a cloud is not to be had, be it allowed by name', () => {
    const asked = { WEBHOOK_URL: 'http://169.254.169.254/', WEBHOOK_ALLOW_PRIVATE: '169.254.169.254' }
    expect(problemsOf({ ...production, ...asked })).toEqual([expect.stringContaining('is not public')])
  })

  it.each([
    ['', /^WEBHOOK_SECRET is missing; make one with: npx pnpm@12 latchkey keys make webhook$/],
    ['whsec_dG9vIHNob3J0', /^WEBHOOK_SECRET must hold 24 to 64 bytes, and holds 9$/],
    ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=', /^WEBHOOK_SECRET must be whsec_ and the base64/],
    [`${secret},${secret},${secret}`, /^WEBHOOK_SECRET must be one secret, or as many/],
  ])('the secret %j stops the start', (WEBHOOK_SECRET, sentence) => {
    const WEBHOOK_URL = 'https://a.example.com/,https://b.example.com/'
    const problems = problemsOf({ ...production, WEBHOOK_URL, WEBHOOK_SECRET })
    expect(problems).toEqual([expect.stringMatching(sentence)])
  })

  it('a former secret is looked at, too, and so are the hosts', () => {
    const wrong = { WEBHOOK_SECRET_PREVIOUS: 'whsec_!', WEBHOOK_ALLOW_PRIVATE: 'http://reports/' }
    expect(problemsOf({ ...production, WEBHOOK_URL: 'https://a.example.com/', ...wrong })).toEqual([
      expect.stringMatching(/^WEBHOOK_SECRET_PREVIOUS must be whsec_/),
      expect.stringMatching(/^WEBHOOK_ALLOW_PRIVATE must be host names/),
    ])
  })

  it('each stands in .env.example, in docker-compose.yml and in the document', () => {
    const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
    const names = ['WEBHOOK_URL', 'WEBHOOK_SECRET', 'WEBHOOK_SECRET_PREVIOUS', 'WEBHOOK_ALLOW_PRIVATE']
    const example = [...file('.env.example').matchAll(/^(WEBHOOK_\w+)=(.*)$/gm)].map(([, ...parts]) => parts)
    expect(example).toEqual(names.map((name) => [name, '']))
    const passed = [...file('docker-compose.yml').matchAll(/^ +(WEBHOOK_\w+): \$\{\1:-\}$/gm)]
    expect(passed.map(([, name]) => name)).toEqual(names)
    const page = file('docs/webhooks.md')
    expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([])
    expect(readConfig({}, () => ({ accessSecret: 'a', refreshSecret: 'b' })).webhooks).toBeUndefined()
  })
})

describe('a receiver with manners of its own', () => {
  const send = async (answer: (socket: Socket) => void) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
      socket.once('data', () => answer(socket))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    whenOver(() => server.close())
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/hooks`
    const target = { key: 'key', url, host: 'odd', secrets: [secret], mayBePrivate: true }
    const outcome = await createDeliver({ clock, timeoutMs: 5000 })(target, { id: 'msg_1', body: '{}' })
    return { outcome, sockets }
  }

  it('that wants to change the protocol has taken nothing', async () => {
    const { outcome } = await send((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    )
    expect(outcome).toMatchObject({ kind: 'refused', answer: '101' })
  })

  it('that hangs up has taken nothing', async () => {
    const { outcome } = await send((socket) => socket.destroy())
    expect(outcome.kind).toBe('refused')
  })

  it('that never ends its answer keeps no connection', async () => {
    const { outcome, sockets } = await send((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    )
    expect(outcome).toMatchObject({ kind: 'delivered', answer: '200' })
    await eventually(() => expect(sockets.size).toBe(0))
  })
})
