import express from 'express'
import request from 'supertest'
import { expect, it } from 'vitest'
import { defaultGateway, warnOfGateway } from '../src/http/unknown-proxies.ts'

const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t00000000\t010012AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
`

it('the gateway is read as Linux writes it', () => {
  expect(defaultGateway(() => table)).toBe('172.18.0.1')
  expect(defaultGateway(() => table.replaceAll('\t00000000\t01', '\t00000001\t01'))).toBeNull()
  expect(
    defaultGateway(() => {
      throw new Error('ENOENT')
    }),
  ).toBeNull()
})

it.each([
  ['from the gateway', '127.0.0.1', {}, 1],
  ['from elsewhere', '172.18.0.1', {}, 0],
  ['through a proxy from the gateway', '172.18.0.1', { 'X-Forwarded-For': '172.18.0.1' }, 1],
  ['through a proxy from elsewhere', '127.0.0.1', { 'X-Forwarded-For': '203.0.113.7' }, 0],
  ['outside a container', null, {}, 0],
])('what comes %s is warned of once, or not at all', async (_where, gateway, headers, times) => {
  const said: string[] = []
  const app = express().set('trust proxy', 1)
  app.use(warnOfGateway(gateway, { warn: (_, message) => said.push(message) }))
  app.get('/', (_req, res) => void res.end())
  for (let i = 0; i < 2; i++) await request(app).get('/').set(headers).expect(200)
  expect(said).toHaveLength(times)
})
