import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { passOn } from './pass-on.ts'

export interface HttpsFront {
  /** For Chromium: every https address is this one, whatever its certificate says. */
  flags: string[]
  stop(): Promise<void>
}

/**
 * Answers https for any host and passes it on, as the proxy before a product does. `byHost`: where else hosts lead that
 * have a place of their own.
 */
export async function startHttpsFront(
  target: string,
  byHost: Record<string, string> = {},
): Promise<HttpsFront> {
  const server = createServer(await selfSigned(), (incoming, outgoing) =>
    passOn(byHost[incoming.headers.host ?? ''] ?? target, incoming, outgoing),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The front has no port')

  return {
    flags: [`--host-resolver-rules=MAP *:443 127.0.0.1:${address.port}`, '--ignore-certificate-errors'],
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Node makes no certificates; OpenSSL is where Chromium is. */
async function selfSigned(): Promise<{ key: Buffer; cert: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test'
  await promisify(execFile)('openssl', [...made.split(' '), '-keyout', key, '-out', cert])
  const both = { key: await readFile(key), cert: await readFile(cert) }
  await rm(folder, { recursive: true })
  return both
}
